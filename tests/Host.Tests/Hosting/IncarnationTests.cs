using GpuCredit.Host.Hosting;

namespace Host.Tests.Hosting;

/// <summary>A member's name on the roll.</summary>
public sealed class IncarnationTests
{
    [Theory]
    [InlineData("127.0.0.1:8090/1", "127.0.0.1", 8090, 1)]
    [InlineData("[::1]:8090/-5", "[::1]", 8090, -5)]
    [InlineData("node-1.cluster:1/2147483647", "node-1.cluster", 1, int.MaxValue)]
    public void It_is_written_and_read(string text, string host, int port, int number)
    {
        Assert.True(Incarnation.TryParse(text, out var read));
        Assert.Equal(new Incarnation(new HostPort(host, port), number), read);
        Assert.Equal(text, $"{read}");
        Assert.StartsWith(read.Value.Prefix, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:8090")]
    [InlineData("127.0.0.1:8090/")]
    [InlineData("127.0.0.1:8090/one")]
    [InlineData("127.0.0.1:8090/99999999999")]
    [InlineData("127.0.0.1/1")]
    [InlineData("/1")]
    public void What_is_none_is_none(string text) => Assert.False(Incarnation.TryParse(text, out _));
}
