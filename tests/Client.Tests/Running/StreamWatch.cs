namespace Client.Tests.Running;

/// <summary>Between a client and a Host: counts its calls by path, and holds or breaks what its streams answer.</summary>
internal sealed class StreamWatch : DelegatingHandler
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _held = Completed();
    private TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _streams;
    private int _calls;
    private int _ended;

    public StreamWatch()
        : base(new SocketsHttpHandler())
    {
    }

    /// <summary>Streams of balances that were opened, or refused.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Questions that went by themselves.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Streams that have ended for the client, or that it has ended.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Answers a stream in place of the Host; null lets it through.</summary>
    public Func<HttpResponseMessage?> Refuse { get; set; } = () => null;

    /// <summary>From now on no stream's answer reaches the client, until <see cref="Release"/>.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _held.TrySetResult();

    /// <summary>Cuts the streams that are open.</summary>
    public void Break()
    {
        TaskCompletionSource now;
        lock (_gate)
            (now, _broken) = (_broken, new(TaskCreationOptions.RunContinuationsAsynchronously));
        now.SetResult();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.EndsWith("/StreamBalances", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _calls);
            return await base.SendAsync(request, cancellationToken);
        }

        Interlocked.Increment(ref _streams);
        if (Refuse() is { } refused)
            return refused;
        var broken = _broken.Task;
        var response = await base.SendAsync(request, cancellationToken);
        var content = new StreamContent(new Watched(await response.Content.ReadAsStreamAsync(cancellationToken), this, broken));
        foreach (var (name, values) in response.Content.Headers)
            content.Headers.TryAddWithoutValidation(name, values);
        response.Content = content;
        return response;
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    private sealed class Watched(Stream inner, StreamWatch watch, Task broken) : Stream
    {
        private int _hasEnded;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = inner.ReadAsync(buffer, cancellationToken).AsTask();
            if (await Task.WhenAny(read, broken) == broken)
                throw new IOException("broken");
            var count = await read;
            if (count == 0 && buffer.Length > 0)
                End();
            else if (await Task.WhenAny(watch._held.Task.WaitAsync(cancellationToken), broken) == broken)
                throw new IOException("broken");
            cancellationToken.ThrowIfCancellationRequested();
            return count;
        }

        private void End()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
                Interlocked.Increment(ref watch._ended);
        }

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            End();
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
