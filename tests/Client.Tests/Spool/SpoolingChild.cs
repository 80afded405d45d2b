using GpuCredit.Client;

namespace Client.Tests.Spool;

/// <summary>
/// This assembly, started as a program of its own: a caller that adds entries to a buffer with a spool, and writes the id of each
/// one down as soon as it was accepted. A test kills it.
/// </summary>
internal static class SpoolingChild
{
    /// <param name="args">The spool's folder, the server, the durability, what the ids begin with.</param>
    public static async Task Main(string[] args)
    {
        var options = new EntryBufferOptions
        {
            BatchEntriesMax = 50,
            BatchDelay = TimeSpan.FromMilliseconds(1),
            Spool = new() { Folder = args[0], SegmentBytes = 64 * 1024, Durability = Enum.Parse<SpoolDurability>(args[2]) },
            Retry = new() { DelayBase = TimeSpan.FromMilliseconds(2), DelayMax = TimeSpan.FromMilliseconds(50) },
        };
        var client = new HttpGpuCreditClient(new HttpClient(), new() { Address = new Uri(args[1]), AttemptTimeout = TimeSpan.FromSeconds(2) });
        await using var buffer = new EntryBuffer(client, options);
        await using var output = Console.OpenStandardOutput();
        for (var i = 0; ; i++)
        {
            var id = $"{args[3]}{i}";
            if (await buffer.AddUsageAsync(KillTests.Account, 1, i, id) == AddResult.Accepted)
                await output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(id + "\n"));
        }
    }
}
