using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using GpuCredit.V1;

namespace Cluster.Tests.Driving;

/// <summary>
/// Usages of many accounts over one stream, at a steady pace. Every answer must be the next message's, with an outcome for each of its
/// entries; what is unavailable is sent again over the same stream, until all is stored.
/// </summary>
internal sealed class StreamLoad : IDisposable
{
    public const int Accounts = 200;

    /// <summary>What each account is given; far more than is used.</summary>
    public const long Granted = 1_000_000_000;

    private const int EntriesPerMessage = 5;
    private const int MessagesUnderWayMax = 1_000;

    /// <summary>A thousand entries a second.</summary>
    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(5);

    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<StreamEntriesRequest, StreamEntriesResponse> _stream;
    private readonly SemaphoreSlim _room = new(MessagesUnderWayMax);
    private readonly ConcurrentQueue<StreamEntriesRequest> _underWay = new();
    private readonly ConcurrentQueue<Entry> _again = new();
    private readonly long[] _used = new long[Accounts];
    private readonly Task _writing;
    private readonly Task _reading;
    private volatile bool _isEnough;
    private long _stored;
    private long _unavailable;

    public StreamLoad(Uri node)
    {
        _channel = GrpcChannel.ForAddress(node);
        _stream = new Entries.EntriesClient(_channel).StreamEntries();
        _writing = Task.Run(WriteAsync);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Outcomes that say that an entry is on disk.</summary>
    public long Stored => Interlocked.Read(ref _stored);

    /// <summary>Outcomes that said to send again.</summary>
    public long Unavailable => Interlocked.Read(ref _unavailable);

    /// <summary>No new entries; awaits that all are stored, and the end of the stream, which must be OK.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        _isEnough = true;
        await _writing.WaitAsync(patience);
        await _reading.WaitAsync(patience);
    }

    /// <summary>What the reader or the writer died of comes out here, rather than as a silence.</summary>
    public async Task<bool> HasStoredAsync(long count)
    {
        if (_reading.IsCompleted) await _reading;
        if (_writing.IsFaulted) await _writing;
        return Stored >= count;
    }

    /// <summary>Every account has what it was given, less each of its usages once. To be asked after the end.</summary>
    public async Task AssertBalancesAsync()
    {
        var accounts = new GpuCredit.V1.Accounts.AccountsClient(_channel);
        for (var i = 0; i < Accounts; i++)
        {
            var balance = await accounts.GetBalanceAsync(new GetBalanceRequest { AccountId = Name(i), At = 1 });
            Assert.Equal((Name(i), Granted - _used[i]), (Name(i), balance.Balance));
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _channel.Dispose();
        _room.Dispose();
    }

    private static string Name(int account) => $"streamed-{account}";

    private async Task WriteAsync()
    {
        using var tick = new PeriodicTimer(_pace);
        ulong sequence = 0;
        var next = 0;
        while (await tick.WaitForNextTickAsync())
        {
            var message = new StreamEntriesRequest { Sequence = sequence };
            while (message.Entries.Count < EntriesPerMessage && _again.TryDequeue(out var again)) message.Entries.Add(again);
            while (message.Entries.Count < EntriesPerMessage && !_isEnough) message.Entries.Add(Make(next++));
            if (message.Entries.Count == 0)
            {
                if (_underWay.IsEmpty && _again.IsEmpty) break;
                continue;
            }

            await _room.WaitAsync();
            sequence++;
            _underWay.Enqueue(message);
            await _stream.RequestStream.WriteAsync(message);
        }

        await _stream.RequestStream.CompleteAsync();
    }

    private Entry Make(int number)
    {
        var account = number % Accounts;
        if (number < Accounts) return new Entry { AccountId = Name(account), Credit = new Credit { CreditId = "c", Amount = Granted, Timestamp = 0, Expiration = 10 } };
        _used[account] += number;
        return new Entry { AccountId = Name(account), Usage = new Usage { UsageId = $"u{number}", Amount = number, Timestamp = 1 } };
    }

    private async Task ReadAsync()
    {
        while (await _stream.ResponseStream.MoveNext(CancellationToken.None))
        {
            var answer = _stream.ResponseStream.Current;
            Assert.True(_underWay.TryPeek(out var message), "an answer to nothing");
            Assert.Equal(message.Sequence, answer.Sequence);
            Assert.Equal(message.Entries.Count, answer.Outcomes.Count);
            for (var i = 0; i < message.Entries.Count; i++) Take(message.Entries[i], answer.Outcomes[i]);
            // Only now, so that the writer sees what is to be sent again before it sees nothing under way.
            _underWay.TryDequeue(out _);
            _room.Release();
        }

        Assert.True(_underWay.IsEmpty, "the stream ended before all was answered");
    }

    private void Take(Entry entry, Outcome outcome)
    {
        switch (outcome.Status)
        {
            // An entry that moved with its account while it was on its way is sent again inside, so that "duplicate" may be the first answer.
            case OutcomeStatus.Recorded or OutcomeStatus.Duplicate:
                Interlocked.Increment(ref _stored);
                break;
            case OutcomeStatus.Unavailable:
                Interlocked.Increment(ref _unavailable);
                _again.Enqueue(entry);
                break;
            default:
                Assert.Fail($"{outcome.Status} for {entry}: {outcome.Error?.Detail}");
                break;
        }
    }
}
