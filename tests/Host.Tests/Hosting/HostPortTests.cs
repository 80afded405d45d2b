using GpuCredit.Host.Hosting;

namespace Host.Tests.Hosting;

public sealed class HostPortTests
{
    [Theory]
    [InlineData("node-1:4053", "node-1:4053")]
    [InlineData("Node-1.Example:4053", "node-1.example:4053")]
    [InlineData("127.0.0.1:1", "127.0.0.1:1")]
    [InlineData("[::1]:4053", "[::1]:4053")]
    [InlineData("[0:0:0:0:0:0:0:1]:4053", "[::1]:4053")]
    [InlineData("[FD00::A]:65535", "[fd00::a]:65535")]
    public void An_address_has_one_spelling(string text, string spelled) => Assert.Equal(spelled, HostPort.Parse("key", text).ToString());

    [Fact]
    public void A_host_of_its_own_setting_needs_no_brackets_and_is_the_same_node() => Assert.Equal(HostPort.Parse("key", "[::1]:4053"), new HostPort("::1", 4053));

    [Theory]
    [InlineData("::1:4053")]
    [InlineData("[::1]")]
    [InlineData("[::1:4053")]
    [InlineData(":4053")]
    [InlineData("node-1:0")]
    [InlineData("node-1:65536")]
    [InlineData("node 1:4053")]
    public void What_is_no_address_is_refused_by_a_sentence_that_names_the_key(string text)
    {
        var refused = Assert.Throws<StartRefusedException>(() => HostPort.Parse("GpuCredit:Cluster:Seeds", text));
        Assert.Equal($"GpuCredit:Cluster:Seeds must be host:port,host:port with ports from 1 to 65535 (an IPv6 address in brackets), and holds \"{text}\".", refused.Message);
    }
}
