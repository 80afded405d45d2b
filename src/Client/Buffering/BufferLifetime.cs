using Microsoft.Extensions.Hosting;

namespace GpuCredit.Client.Buffering;

/// <summary>Ties the buffer's life to a host's: made before anything starts, closed after everything has stopped.</summary>
/// <remarks>
/// That it asks for the buffer is what makes it: what an earlier run left in the spool is sent from then on, and a spool that
/// can't be used stops the start. It closes in <see cref="StoppedAsync"/>, since what still stops may still add, whatever the
/// order of registration.
/// </remarks>
internal sealed class BufferLifetime(EntryBuffer buffer) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <param name="cancellationToken">The end of the time that the host gives its whole shutdown.</param>
    public Task StoppedAsync(CancellationToken cancellationToken) => buffer.CloseAsync(cancellationToken);
}
