using GpuCredit.Client;
using GpuCredit.Client.Spooling;

namespace Client.Tests.Spool;

/// <summary>The bytes of a spool's record, worked out by another program from its description: what one version has written the next one reads.</summary>
public sealed class RecordTests
{
    public static TheoryData<string, string> Golden => new()
    {
        {
            "credit",
            "2800D7FF5A9ED51201050000000100000000000000020000000000000003000000000000000400000001006102006331"
        },
        {
            "usage",
            "1E00E1FF8227CABF02000000000700000000000000FFFFFFFFFFFFFFFF040061636D65010075"
        },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void The_bytes_of_a_record_never_change(string name, string hex)
    {
        var entry = name == "credit" ? Entry.Credit("a", "c1", 1, 2, 3, 4, 5) : Entry.Usage("acme", "u", 7, -1);
        var bytes = new byte[SpoolRecord.BytesMax];
        Assert.Equal(hex, Convert.ToHexString(bytes.AsSpan(0, SpoolRecord.Write(in entry, bytes))));
        Assert.Equal(SpoolRead.Whole, SpoolRecord.TryRead(Convert.FromHexString(hex), out var read, out var length));
        Assert.Equal((entry, hex.Length / 2), (read, length));
    }
}
