using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Event;
using Akka.Remote.Hosting;

namespace GpuCredit.Host.Hosting;

/// <summary>
/// TLS between nodes: each shows its certificate to the other, and takes one that the authority has signed. Whoever reaches
/// the remoting port without it can send a node any message.
/// </summary>
internal sealed class TlsSettings
{
    private const string CertificateName = "Cluster:TlsCertificate";
    private const string KeyName = "Cluster:TlsKey";
    private const string AuthorityName = "Cluster:TlsAuthority";

    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _authorities;

    private TlsSettings(X509Certificate2 certificate, X509Certificate2Collection authorities) => (_certificate, _authorities) = (certificate, authorities);

    /// <summary>Null: plain TCP.</summary>
    public static TlsSettings? Read(SettingsSection section, TimeProvider time)
    {
        var certificate = section.Text(CertificateName);
        if (certificate is null)
        {
            return new[] { KeyName, AuthorityName }.FirstOrDefault(name => section.Text(name) is not null) is { } alone
                ? throw new StartRefusedException($"{SettingsSection.Key(alone)} has no meaning without {SettingsSection.Key(CertificateName)}.")
                : null;
        }

        var key = section.Text(KeyName) ?? throw new StartRefusedException($"{SettingsSection.Key(KeyName)} must name the PEM file with the key of {SettingsSection.Key(CertificateName)}.");
        // A self-made certificate that all nodes share is its own authority.
        var authority = section.Text(AuthorityName) ?? certificate;
        var settings = new TlsSettings(
            Load(CertificateName, certificate, () => X509Certificate2.CreateFromPemFile(certificate, key)),
            Load(AuthorityName, authority, () =>
            {
                var authorities = new X509Certificate2Collection();
                authorities.ImportFromPemFile(authority);
                return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate");
            }));
        settings.RefuseUseless(certificate, authority, time);
        return settings;
    }

    public SslOptions ToSslOptions() => new()
    {
        X509Certificate = _certificate,
        SuppressValidation = false,
        RequireMutualAuthentication = true,
        CustomValidator = IsTrusted,
    };

    private static T Load<T>(string name, string file, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new StartRefusedException($"{SettingsSection.Key(name)} {file} can't be read as PEM with its key: {fault.Message}", fault);
        }
    }

    private void RefuseUseless(string certificate, string authority, TimeProvider time)
    {
        if (time.GetUtcNow() is var now && (now < _certificate.NotBefore || now > _certificate.NotAfter))
            throw new StartRefusedException($"{SettingsSection.Key(CertificateName)} {certificate} is valid from {_certificate.NotBefore:u} to {_certificate.NotAfter:u}, and not now.");
        if (!IsSignedByAuthority(_certificate))
            throw new StartRefusedException($"{SettingsSection.Key(CertificateName)} {certificate} isn't signed by {SettingsSection.Key(AuthorityName)} {authority}: the other nodes would refuse it.");
    }

    private bool IsTrusted(X509Certificate2? certificate, X509Chain? chain, string peer, SslPolicyErrors errors, ILoggingAdapter log)
    {
        if (certificate is not null && IsSignedByAuthority(certificate))
            return true;
        log.Warning("The certificate of {Peer} ({Subject}) isn't signed by {Authority}: it is no node of this cluster.", peer, certificate?.Subject ?? "none", SettingsSection.Key(AuthorityName));
        return false;
    }

    /// <summary>By our authority alone: those that the machine trusts for the web have no say here.</summary>
    private bool IsSignedByAuthority(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
