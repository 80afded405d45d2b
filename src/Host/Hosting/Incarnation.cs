using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Akka.Cluster;

namespace GpuCredit.Host.Hosting;

/// <summary>One start of a node: started again at the same address it is another member. Written <c>host:port/number</c>.</summary>
/// <param name="Address">Its remoting address.</param>
/// <param name="Number">Akka's, drawn when its actor system starts.</param>
internal readonly record struct Incarnation(HostPort Address, int Number)
{
    /// <summary>What all starts at its address begin with, and nothing else does.</summary>
    public string Prefix => $"{Address}/";

    public static Incarnation Of(UniqueAddress node) => new(new HostPort(node.Address.Host, node.Address.Port ?? 0), node.Uid);

    public static bool TryParse(string text, [NotNullWhen(true)] out Incarnation? incarnation)
    {
        var slash = text.LastIndexOf('/');
        incarnation = slash > 0 && HostPort.TryParse(text[..slash], out var address)
            && int.TryParse(text[(slash + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? new(address.Value, number)
                : null;
        return incarnation is not null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Number}");
}
