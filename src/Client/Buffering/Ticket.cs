namespace GpuCredit.Client.Buffering;

/// <summary>A batch's place in the order of taking.</summary>
/// <param name="last">The sequence number of its last entry.</param>
/// <param name="taken">What it took.</param>
internal sealed class Ticket(long last, Taken taken)
{
    public long Last => last;

    public Taken Taken => taken;

    public bool IsDone { get; set; }
}
