using Akka.Configuration;
using CreditActors.Accounts;

namespace CreditActors.Tests.Accounts;

public sealed class ResidentBudgetTests
{
    private const long Available = 4L << 30;

    [Theory]
    [InlineData("1048576", 1 << 20)]
    [InlineData("1MiB", 1 << 20)]
    [InlineData("512 MiB", 512 << 20)]
    [InlineData("1GiB", 1 << 30)]
    [InlineData("8589934591GiB", 8_589_934_591L << 30)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("50%", 2_147_483_600)]
    [InlineData("1%", 42_949_672)]
    public void It_is_a_number_of_bytes_or_a_share(string text, long bytes)
    {
        Assert.True(ResidentBudget.TryParse(text, Available, out var budget));
        Assert.Equal(bytes, budget.Bytes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1048575")]
    [InlineData("0MiB")]
    [InlineData("0GiB")]
    [InlineData("-1GiB")]
    [InlineData("1.5GiB")]
    [InlineData("1GB")]
    [InlineData("1gib")]
    [InlineData("GiB")]
    [InlineData(" 1GiB")]
    [InlineData("1e9")]
    [InlineData("8589934592GiB")]
    [InlineData("9223372036854775808")]
    [InlineData("0%")]
    [InlineData("91%")]
    [InlineData("%")]
    [InlineData("half")]
    public void Everything_else_is_refused(string? text) => Assert.False(ResidentBudget.TryParse(text, Available, out _));

    [Fact]
    public void A_share_is_of_what_this_process_may_use_and_not_less_than_the_least()
    {
        Assert.True(ResidentBudget.TryParse("40%", out var budget));
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 100 * 40, budget.Bytes);
        Assert.True(ResidentBudget.TryParse("1%", available: 1 << 20, out var least));
        Assert.Equal(ResidentBudget.BytesMin, least.Bytes);
    }

    [Fact]
    public void A_wrong_one_in_the_files_is_refused_by_its_name() => Assert.StartsWith(
        "gpucredit.account.resident-bytes must be a number of bytes from 1048576",
        Assert.Throws<ConfigurationException>(() => AccountSettings.From(ConfigurationFactory.ParseString("gpucredit.account.resident-bytes = 100"))).Message,
        StringComparison.Ordinal);
}
