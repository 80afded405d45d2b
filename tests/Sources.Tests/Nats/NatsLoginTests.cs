using System.Text;
using NATS.Client.Core;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;
using Sources.Tests.Running;

namespace Sources.Tests.Nats;

/// <summary>A real nats-server that asks who it is, or that speaks TLS.</summary>
public sealed class NatsLoginTests
{
    private readonly FakeAccounts _accounts = new();

    [NatsFact]
    public async Task A_user_is_known_by_the_password_and_a_wrong_one_is_a_failure_and_is_not_shown()
    {
        await using var broker = await NatsServer.StartAsync(NatsAuthOpts.Default with { Username = "gateway", Password = "open-sesame" }, "--user", "gateway", "--pass", "open-sesame");
        await ReadsAsync(broker, "Username=gateway", "Password=open-sesame");
        await IsRefusedAsync(broker, "Username=gateway", "Password=not-the-one");
        await IsRefusedAsync(broker);
    }

    [NatsFact]
    public async Task A_token_is_enough_and_a_wrong_one_is_a_failure_and_is_not_shown()
    {
        await using var broker = await NatsServer.StartAsync(NatsAuthOpts.Default with { Token = "open-sesame" }, "--auth", "open-sesame");
        await ReadsAsync(broker, "Token=open-sesame");
        await IsRefusedAsync(broker, "Token=not-the-one");
    }

    [NatsFact]
    public async Task Over_TLS_a_server_is_read_whose_certificate_the_named_authority_has_signed_and_no_other()
    {
        await using var broker = await NatsServer.StartWithTlsAsync();
        var address = $"Address=tls://127.0.0.1:{broker.Port}";
        await ReadsAsync(broker, address, $"CaFile={broker.CaFile}");

        await using var untrusting = LocalSource.Start(broker, _accounts, address);
        await untrusting.IsAsync("disconnected");
        Assert.Contains("certificate", untrusting.Now.LastError!.Detail, StringComparison.OrdinalIgnoreCase);
    }

    private async Task ReadsAsync(NatsServer broker, params string[] settings)
    {
        await using var source = LocalSource.Start(broker, _accounts, settings);
        await source.IsAsync("running");
        await broker.PublishAsync([Encoding.UTF8.GetBytes("""{"accountId":"a","usageId":"u","amount":1,"timestamp":1}""")]);
        await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "it is stored");
    }

    private async Task IsRefusedAsync(NatsServer broker, params string[] settings)
    {
        await using var source = LocalSource.Start(broker, _accounts, settings);
        await source.IsAsync("failed");
        Assert.Contains("refuses the login", source.Now.LastError!.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-one", source.Now.ToString(), StringComparison.Ordinal);
    }
}
