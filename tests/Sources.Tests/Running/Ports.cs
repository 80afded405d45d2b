using EndToEnd.Tests.Hosting;

namespace Sources.Tests.Running;

/// <summary>Free ports, each given out once: tests run side by side, and a port is free until its server listens.</summary>
internal static class Ports
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    public static int[] Take(int count)
    {
        lock (Gate)
        {
            var ports = new List<int>();
            while (ports.Count < count)
            {
                if (FreePorts.Take(1)[0] is var port && Given.Add(port))
                    ports.Add(port);
            }

            return [.. ports];
        }
    }
}
