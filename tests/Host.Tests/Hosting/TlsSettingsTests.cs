using GpuCredit.Host.Hosting;
using Host.Tests.EventStore;
using Microsoft.Extensions.Configuration;

namespace Host.Tests.Hosting;

public sealed class TlsSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_self_made_certificate_is_its_own_authority()
    {
        SelfMade("node");
        Assert.NotNull(Read(("TlsCertificate", _folder["node.pem"]), ("TlsKey", _folder["node.key"])));
    }

    [Fact]
    public void Without_a_certificate_there_is_no_TLS() => Assert.Null(Read());

    [Fact]
    public void What_the_authority_has_not_signed_is_refused()
    {
        SelfMade("node");
        SelfMade("other");
        Refused("isn't signed by GpuCredit:Cluster:TlsAuthority", ("TlsCertificate", _folder["node.pem"]), ("TlsKey", _folder["node.key"]), ("TlsAuthority", _folder["other.pem"]));
    }

    [Fact]
    public void A_key_that_is_missing_or_another_certificates_is_refused()
    {
        SelfMade("node");
        SelfMade("other");
        Refused("GpuCredit:Cluster:TlsKey must name", ("TlsCertificate", _folder["node.pem"]));
        Refused("GpuCredit:Cluster:TlsCertificate", ("TlsCertificate", _folder["node.pem"]), ("TlsKey", _folder["other.key"]));
        Refused("GpuCredit:Cluster:TlsCertificate", ("TlsCertificate", _folder["none.pem"]), ("TlsKey", _folder["node.key"]));
        Refused("GpuCredit:Cluster:TlsAuthority has no meaning without", ("TlsAuthority", _folder["node.pem"]));
    }

    [Fact]
    public void A_certificate_that_has_run_out_is_refused()
    {
        SelfMade("node", days: -1);
        Refused("and not now", ("TlsCertificate", _folder["node.pem"]), ("TlsKey", _folder["node.key"]));
    }

    private static TlsSettings? Read(params (string Name, string Value)[] settings) => TlsSettings.Read(
        new SettingsSection(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"GpuCredit:Cluster:{setting.Name}", (string?)setting.Value)))
            .Build()),
        TimeProvider.System);

    private static void Refused(string sentence, params (string Name, string Value)[] settings) =>
        Assert.Contains(sentence, Assert.Throws<StartRefusedException>(() => Read(settings)).Message, StringComparison.Ordinal);

    private void SelfMade(string name, int days = 1) => SelfMadeCertificate.Write(_folder, name, days);
}
