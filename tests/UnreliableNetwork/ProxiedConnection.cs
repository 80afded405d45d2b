using System.Net;
using System.Net.Sockets;

namespace UnreliableNetwork;

/// <summary>One connection through <see cref="UnreliableProxy"/>.</summary>
internal sealed class ProxiedConnection(Socket client, ConnectionPlan plan, NetworkTally tally, CancellationToken stop) : IAsyncDisposable
{
    private const int PieceBytes = 16 * 1024;
    private const int RememberedBytesMax = 8 * 1024 * 1024;

    /// <summary>How long a repeated stream is answered: nobody waits for it, but a server stops work for a client that left.</summary>
    private static readonly TimeSpan RepeatPatience = TimeSpan.FromSeconds(3);

    private readonly MemoryStream _remembered = new();
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private Socket? _twin;
    private Task _twinAnswers = Task.CompletedTask;
    private long _bytes;
    private bool _isCut;

    public async Task RunAsync(IPEndPoint target)
    {
        client.NoDelay = true;
        if (plan.IsSilent)
        {
            tally.Silent++;
            var nothing = new byte[PieceBytes];
            while (await client.ReceiveAsync(nothing, stop) > 0)
            {
                // Swallowed.
            }

            return;
        }

        await _server.ConnectAsync(target, stop);
        if (plan.HasTwin)
            await StartTwinAsync(target);
        try
        {
            await Task.WhenAll(PumpAsync(client, _server, isRequest: true), PumpAsync(_server, client, isRequest: false));
        }
        finally
        {
            if (plan.ComesAgain)
                await RepeatAsync(target);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        if (_twin is not null)
        {
            await Task.WhenAny(_twinAnswers, Task.Delay(RepeatPatience, stop));
            _twin.Dispose();
            await _twinAnswers;
        }

        await _remembered.DisposeAsync();
    }

    private async Task PumpAsync(Socket from, Socket to, bool isRequest)
    {
        var piece = new byte[PieceBytes];
        try
        {
            while (await from.ReceiveAsync(piece, stop) is var count and > 0)
            {
                if (plan.NextDelay(count) is var delay && delay > TimeSpan.Zero)
                    await Task.Delay(delay, stop);
                var whole = plan.CutAfterBytes is { } cut ? (int)Math.Clamp(cut - Interlocked.Read(ref _bytes), 0, count) : count;
                Interlocked.Add(ref _bytes, count);
                if (isRequest)
                    await RememberAsync(piece.AsMemory(0, whole));
                await to.SendAsync(piece.AsMemory(0, whole), stop);
                if (whole < count)
                {
                    Cut();
                    return;
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One end is gone: so is the other.
            UnreliableProxy.Reset(from);
            UnreliableProxy.Reset(to);
        }
    }

    private void Cut()
    {
        if (!Interlocked.Exchange(ref _isCut, true))
            tally.Cut++;
        UnreliableProxy.Reset(client);
        // The server gets what was sent, and then the end.
        UnreliableProxy.Reset(_server);
    }

    private async Task RememberAsync(ReadOnlyMemory<byte> piece)
    {
        if (_remembered.Length + piece.Length <= RememberedBytesMax && plan.ComesAgain)
            await _remembered.WriteAsync(piece, stop);
        try
        {
            if (_twin is not null)
                await _twin.SendAsync(piece, stop);
        }
        catch (SocketException)
        {
            // The server has had enough of the twin.
        }
    }

    private async Task StartTwinAsync(IPEndPoint target)
    {
        tally.Repeated++;
        _twin = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _twin.ConnectAsync(target, stop);
        _twinAnswers = SwallowAsync(_twin);
    }

    private async Task RepeatAsync(IPEndPoint target)
    {
        tally.Repeated++;
        using var again = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await again.ConnectAsync(target, stop);
        await again.SendAsync(_remembered.GetBuffer().AsMemory(0, (int)_remembered.Length), stop);
        await Task.WhenAny(SwallowAsync(again), Task.Delay(RepeatPatience, stop));
    }

    private async Task SwallowAsync(Socket socket)
    {
        var nothing = new byte[PieceBytes];
        try
        {
            while (await socket.ReceiveAsync(nothing, stop) > 0)
            {
                // Nobody asked.
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The end.
        }
    }
}
