namespace EndToEnd.Tests.Hosting;

/// <summary>The last lines that the Host's processes wrote, over all restarts.</summary>
internal sealed class ProcessLog
{
    private const int LinesMax = 400;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];

    public void Add(string? line)
    {
        if (line is null) return;
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax) _lines.Dequeue();
        }
    }

    public override string ToString()
    {
        lock (_gate) return string.Join('\n', _lines);
    }
}
