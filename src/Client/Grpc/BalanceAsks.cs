using System.Text;
using Grpc.Core;

namespace GpuCredit.Client.Grpc;

/// <summary>
/// How questions go out. One alone goes by a call of its own; where several callers ask at once they share a stream, since most of what a call
/// costs is gRPC's own. Whatever becomes of the stream, what it leaves unanswered is asked by itself.
/// </summary>
internal sealed class BalanceAsks(V1.Accounts.AccountsClient accounts, TimeProvider time, TimeSpan patience) : IDisposable
{
    /// <summary>After a stream that came to nothing, questions go by themselves for so long; twice as long after each that follows.</summary>
    internal static readonly TimeSpan PauseFor = TimeSpan.FromSeconds(10);

    /// <summary>Never longer; and so long at once where the server is older than streams of questions are.</summary>
    internal static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(5);

    /// <summary>Ids that no account has may be of any length; in a message of many they could be too much for the others. Their refusal needs no stream.</summary>
    private const int IdCharsMax = 128;

    private readonly Lock _gate = new();
    private AskStream? _stream;
    private int _underWay;
    private long _pausedAt;
    private TimeSpan _pause;
    private bool _isDisposed;

    /// <summary>The answer, or what the server has against the question.</summary>
    /// <exception cref="RpcException">There is none, as with any call.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while it waited at the stream.</exception>
    public async Task<V1.BalanceAnswer> AskAsync(string accountId, long? at, CancellationToken once)
    {
        try
        {
            var isAlone = Interlocked.Increment(ref _underWay) == 1;
            if (accountId.Length <= IdCharsMax && Ascii.IsValid(accountId) && Stream(isAlone) is { } stream
                && await stream.AskAsync(QuestionOf(accountId, at), patience, once) is { } answer)
                return answer;
            return AnswerOf(await accounts.GetBalanceAsync(RequestOf(accountId, at), cancellationToken: once));
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>Ends the stream, if there is one.</summary>
    public void Dispose()
    {
        AskStream? last;
        lock (_gate)
        {
            _isDisposed = true;
            last = _stream;
        }

        last?.GiveUp();
    }

    /// <summary>Null where the question goes by itself.</summary>
    private AskStream? Stream(bool isAlone)
    {
        lock (_gate)
        {
            if (_stream is { IsOpen: true } open)
                return open;
            if (_stream is { } last)
            {
                if (!last.HasEnded)
                    return null;
                Learn(last);
            }

            if (isAlone || _isDisposed || (_pause > TimeSpan.Zero && time.GetElapsedTime(_pausedAt) < _pause))
                return null;
            // It is everybody's, and not part of what the caller does who happens to be the first.
            using (ExecutionContext.SuppressFlow())
                _stream = new AskStream(accounts.StreamBalances(), time);
            return _stream;
        }
    }

    /// <summary>Of a stream that came to nothing: it is refused, something on the way has none, or the server is older than they are.</summary>
    private void Learn(AskStream ended)
    {
        _stream = null;
        if (ended.Failure is not { } failure)
        {
            _pause = TimeSpan.Zero;
            return;
        }

        _pausedAt = ended.EndedAt;
        _pause = failure.StatusCode == StatusCode.Unimplemented || _pause * 2 > PauseMax ? PauseMax
            : _pause > TimeSpan.Zero ? _pause * 2
            : PauseFor;
    }

    private static V1.BalanceQuestion QuestionOf(string accountId, long? at)
    {
        var question = new V1.BalanceQuestion { AccountId = accountId };
        if (at is { } tick)
            question.At = tick;
        return question;
    }

    private static V1.GetBalanceRequest RequestOf(string accountId, long? at)
    {
        var request = new V1.GetBalanceRequest { AccountId = accountId };
        if (at is { } tick)
            request.At = tick;
        return request;
    }

    private static V1.BalanceAnswer AnswerOf(V1.GetBalanceResponse response)
    {
        var answer = new V1.BalanceAnswer { At = response.At, Version = response.Version };
        if (response.HasBalance)
            answer.Balance = response.Balance;
        return answer;
    }
}
