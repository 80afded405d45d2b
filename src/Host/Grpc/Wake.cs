using System.Threading.Channels;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// Wakes the one that waits. A wake that comes while nobody waits is kept, and several are one: so who looks at a condition, then
/// waits, and looks again misses no change of it.
/// </summary>
internal sealed class Wake
{
    private readonly Channel<bool> _kept = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Up() => _kept.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken cancellation) => await _kept.Reader.ReadAsync(cancellation);
}
