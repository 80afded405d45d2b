using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>
/// From version 4 on RabbitMQ gives up a message of a quorum queue that has come back 20 times, unless it is told otherwise: with a store
/// that is away for long, and nodes that are restarted meanwhile, an entry would be gone without a word.
/// </summary>
internal static class RabbitMqDeliveryLimit
{
    /// <summary>The queue's argument.</summary>
    public const string Argument = "x-delivery-limit";

    /// <summary>Its value for a queue that gives up nothing. An older broker refuses it.</summary>
    public const int None = -1;

    private const int FirstVersion = 4;

    /// <param name="serverProperties">What the broker said of itself when the connection was opened.</param>
    /// <returns>The broker's version where it has a limit by default; null where it has none. One that doesn't say what it is may have one.</returns>
    public static string? VersionWithLimit(IDictionary<string, object?>? serverProperties)
    {
        var said = serverProperties?.TryGetValue("version", out var value) == true ? value : null;
        var version = said switch
        {
            byte[] { Length: > 0 } bytes => Encoding.UTF8.GetString(bytes),
            string { Length: > 0 } text => text,
            _ => "of an unknown version",
        };
        var major = version.Split('.')[0];
        return int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < FirstVersion ? null : version;
    }

    /// <summary>What an operator is told of queues of which nobody knows that their limit is lifted.</summary>
    /// <param name="version">By <see cref="VersionWithLimit"/>.</param>
    /// <param name="virtualHost">Theirs.</param>
    /// <param name="queues">One or more.</param>
    public static string Warning(string version, string virtualHost, IReadOnlyCollection<string> queues)
    {
        var pattern = $"^({string.Join('|', queues.Select(Regex.Escape))})$";
        var where = virtualHost == "/" ? "" : $"-p '{virtualHost}' ";
        return $"RabbitMQ {version} gives up a message of a quorum queue that has come back 20 times, and of {string.Join(" and ", queues)} it isn't known that this is lifted. "
            + $"Unless a policy does so already, set one: rabbitmqctl set_policy {where}gpucredit '{pattern}' '{{\"delivery-limit\":-1}}' --apply-to quorum_queues";
    }
}
