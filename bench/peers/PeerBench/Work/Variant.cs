using System.Globalization;
using System.Text.Json.Serialization;

namespace PeerBench.Work;

/// <summary>One way to run one peer through one workload. It goes to the measuring process as JSON.</summary>
/// <param name="Workload">w1, w1o, w2, w2f, w3, w3m or w4; see <see cref="Steps"/>.</param>
/// <param name="Peer">Its name; see <see cref="Peers.PeerNames"/>.</param>
/// <param name="Clients">Callers, each with one call under way.</param>
/// <param name="Batch">Entries a call.</param>
/// <param name="Connections">The pool that callers queue for, where that is fewer than callers; 0 for one each, or the peer's own choice.</param>
/// <param name="Entries">Different entries (w1, w3), steps (w2, w3m) or the length of the history (w4).</param>
/// <param name="Seconds">The clock stops then, if not at the end of the list.</param>
/// <param name="Askers">Callers beside the others that do nothing but ask.</param>
/// <param name="IsSecondary">Measured in the first pass only.</param>
internal sealed record Variant(
    string Workload, string Peer, int Clients = 1, int Batch = 1, int Connections = 0, int Entries = 200_000, double Seconds = 7, int Askers = 0, bool IsSecondary = false)
{
    public const int Accounts = 10_000;
    public const ulong Seed = 1;

    /// <summary>For the tables.</summary>
    [JsonIgnore]
    public string Callers => Workload == "w4"
        ? string.Create(CultureInfo.InvariantCulture, $"{Entries:N0} entries")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Clients}{(Connections > 0 ? $" on {Connections} connections" : "")}{(Batch > 1 ? $", batches of {Batch:N0}" : "")}{(Askers > 0 ? $", and {Askers} asking" : "")}");
}
