using System.Buffers;
using System.Text;
using System.Text.Json;
using CreditActors.Ledger;
using CreditActors.Protocol;
using GpuCredit.Host.Http;

namespace Host.Tests.Http;

public sealed class OutcomeLinesTests
{
    private static readonly EntryOutcome[] Every =
    [
        new(OutcomeStatus.Recorded, 1),
        new(OutcomeStatus.Duplicate, 0),
        new(OutcomeStatus.Superseded, long.MaxValue),
        new(OutcomeStatus.Conflict, 7, Standing: new Usage("job-\"1\"+ü", 3, -5, 2)),
        EntryOutcome.Rejected(new Refusal("amount", "must be given")),
        new(OutcomeStatus.Late, 9),
        EntryOutcome.Unavailable,
    ];

    [Fact]
    public void A_line_is_what_the_answer_to_an_array_says_of_the_entry()
    {
        Assert.Equal(Enum.GetValues<OutcomeStatus>().Order(), Every.Select(outcome => outcome.Status).Order());
        var array = JsonSerializer.Serialize(Array.ConvertAll(Every, EntryAnswer.Of), ApiJson.Plain.EntryAnswerArray);
        Assert.Equal(array, $"[{string.Join(',', LinesOf(Every))}]");
    }

    [Fact]
    public void Many_lines_are_all_there_in_their_order_wherever_the_buffer_ends()
    {
        // Errors among them, at distances that are no multiple of anything, since each makes the writer begin anew.
        EntryOutcome[] outcomes = [.. Enumerable.Range(0, 3_000).Select(i => i % 701 == 700 ? EntryOutcome.Unavailable : new(OutcomeStatus.Superseded, long.MaxValue - i))];
        Assert.Equal(outcomes.Select(outcome => JsonSerializer.Serialize(EntryAnswer.Of(outcome), ApiJson.Plain.EntryAnswer)), LinesOf(outcomes));
    }

    [Fact]
    public void Nothing_is_no_line()
    {
        var buffer = new ArrayBufferWriter<byte>();
        OutcomeLines.Write(buffer, []);
        Assert.Equal(0, buffer.WrittenCount);
    }

    /// <summary>As the response has it: blocks are taken by turns with errors, and what a block has left is used first.</summary>
    [Fact]
    public void Outcomes_and_errors_by_turns_fill_the_blocks_of_the_response()
    {
        EntryOutcome[] outcomes = [.. Enumerable.Range(0, 2_000).Select(i => i % 2 == 0 ? EntryOutcome.Unavailable : new(OutcomeStatus.Recorded, i))];
        var blocks = new Blocks();
        OutcomeLines.Write(blocks, outcomes);
        Assert.InRange(blocks.Written, blocks.Count * (Blocks.Size - 200L), blocks.Count * (long)Blocks.Size);
    }

    private static string[] LinesOf(EntryOutcome[] outcomes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        OutcomeLines.Write(buffer, outcomes);
        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text[..^1].Split('\n');
    }

    /// <summary>Gives what its block has left, or a new block where that is less than was asked for.</summary>
    private sealed class Blocks : IBufferWriter<byte>
    {
        public const int Size = 4096;
        private byte[] _block = [];
        private int _used;

        public int Count { get; private set; }

        public long Written { get; private set; }

        public void Advance(int count)
        {
            _used += count;
            Written += count;
        }

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            if (_block.Length - _used < Math.Max(1, sizeHint))
                (_block, _used, Count) = (new byte[Size], 0, Count + 1);
            return _block.AsMemory(_used);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
