using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using CreditActors.Protocol;

namespace GpuCredit.Host.Http;

/// <summary>Outcomes as lines of JSON (NDJSON), each what <see cref="EntryAnswer"/> would be. A hot path: what is no error is written by hand, and no object is made for it.</summary>
internal static class OutcomeLines
{
    /// <summary>Of an outcome that is no error: <c>{"status":"superseded","version":9223372036854775807}</c> and the line's end have 54.</summary>
    private const int BytesMax = 64;

    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<EntryOutcome> outcomes)
    {
        Span<byte> room = [];
        var used = 0;
        foreach (var outcome in outcomes)
        {
            var row = OutcomeTable.Row(outcome.Status);
            if (room.Length - used < BytesMax || row.IsError)
            {
                if (used > 0)
                    to.Advance(used);
                room = [];
                used = 0;
                if (row.IsError)
                {
                    to.Write(JsonSerializer.SerializeToUtf8Bytes(EntryAnswer.Of(outcome), ApiJson.Plain.EntryAnswer));
                    to.Write("\n"u8);
                    continue;
                }

                room = to.GetSpan(BytesMax); // what is left of a block; asked for more, the response would begin a new one
            }

            if (!Utf8.TryWrite(room[used..], CultureInfo.InvariantCulture, $$"""{"status":"{{row.Name}}","version":{{outcome.Version}}}""", out var written))
                throw new UnreachableException();
            used += written;
            room[used++] = (byte)'\n';
        }

        if (used > 0)
            to.Advance(used);
    }
}
