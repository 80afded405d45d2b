using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Host.Tests.EventStore;

namespace Host.Tests.Hosting;

/// <summary>As an operator would make one with openssl.</summary>
internal static class SelfMadeCertificate
{
    /// <summary>Writes NAME.pem and NAME.key, valid from ten days ago for so many days from now.</summary>
    public static void Write(TemporaryFolder folder, string name, int days = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-10), now.AddDays(days));
        File.WriteAllText(folder[$"{name}.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(folder[$"{name}.key"], key.ExportPkcs8PrivateKeyPem());
    }
}
