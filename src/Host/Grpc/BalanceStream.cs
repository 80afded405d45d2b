using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using CreditActors.Protocol;
using CreditActors.Sharding;
using GpuCredit.Host.Hosting;
using Grpc.Core;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// One call of <c>StreamBalances</c>: questions are asked side by side, and what is answered when a message is made goes into it, in whatever order.
/// A hot path: a question costs its message, its call, and a place in a queue.
/// </summary>
internal sealed class BalanceStream : StreamCall<V1.StreamBalancesRequest>
{
    private readonly AccountClient _accounts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IServerStreamWriter<V1.StreamBalancesResponse> _responses;
    private readonly ConcurrentQueue<Answer> _ready = new(); // its share bounds it
    private readonly Wake _written = new();
    private readonly V1.StreamBalancesResponse _message = new();
    private readonly List<V1.BalanceAnswer> _answers = []; // what _message is made of, again and again
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isWoken;
    private int _running = 1; // messages with unanswered questions, and the stream itself until it takes nothing more
    private long _taken;
    private volatile bool _isAllTaken;

    public BalanceStream(
        AccountClient accounts,
        TimeProvider time,
        ILogger logger,
        StreamBudget budget,
        IAsyncStreamReader<V1.StreamBalancesRequest> requests,
        IServerStreamWriter<V1.StreamBalancesResponse> responses,
        CancellationToken stopping,
        CancellationToken cancellation)
        : base(budget, requests, GrpcLimits.AccountBytesMax, stopping, cancellation)
    {
        _accounts = accounts;
        _time = time;
        _logger = logger;
        _responses = responses;
    }

    protected override RpcException? Refuse(V1.StreamBalancesRequest request) => request.Questions.Count <= GrpcLimits.StreamRequestQuestionsMax
        ? null
        : GrpcProblems.TooLarge($"A message of a stream takes at most {GrpcLimits.StreamRequestQuestionsMax} questions; nothing of it was done.");

    protected override async ValueTask TakeAsync(V1.StreamBalancesRequest request)
    {
        var questions = request.Questions;
        while (!Share.TryTake(questions.Count))
            await Share.RoomAsync(Reading);
        if (await Budget.TakeAsync(questions.Count, Reading) is not { } lease)
            return;
        _taken += questions.Count;
        Interlocked.Increment(ref _running);
        var group = new Group(this, questions.Count, lease);
        foreach (var question in questions)
        {
            if (BalanceQuestions.Read(question, _time, out var at) is { } refusal)
                group.Answer(new(question.Sequence, null, BalanceErrors.Rejected(refusal)));
            else
                _ = AskAsync(group, question.Sequence, question.AccountId, at);
        }
    }

    protected override void TakenAll()
    {
        _isAllTaken = true;
        WakeWriter();
    }

    protected override async Task WriteAllAsync()
    {
        var written = 0L;
        while (!_isAllTaken || written < _taken)
        {
            await _written.WaitAsync(Over);
            await GatherAsync();
            Interlocked.Exchange(ref _isWoken, 0);
            while (Fill() > 0)
            {
                var answers = _message.Answers.Count;
                await _responses.WriteAsync(_message, Drained);
                Share.GiveBack(answers);
                written += answers;
            }
        }
    }

    protected override Task IdleAsync()
    {
        CountDown();
        return _idle.Task;
    }

    /// <summary>
    /// Waits behind what else the pool has to do, which is mostly answers, as long as that brings any: they go out in the same message. Where nothing
    /// else is to be done that is no time at all.
    /// </summary>
    private async ValueTask GatherAsync()
    {
        int gathered;
        do
        {
            gathered = _ready.Count;
            await Task.Yield();
        }
        while (_ready.Count > gathered && gathered < GrpcLimits.AnswersPerMessageMax);
    }

    private async Task AskAsync(Group group, ulong sequence, string accountId, long at)
    {
        Answer answer;
        try
        {
            var asked = await _accounts.GetBalanceAsync(accountId, at, isOneOfMany: true, Over);
            var error = asked.IsAvailable ? null : asked.Horizon is { } horizon ? BalanceErrors.BeforeHorizon(horizon) : BalanceErrors.Unavailable;
            answer = new(sequence, asked.Answer, error);
        }
        catch (OperationCanceledException)
        {
            // Where the stream is over nobody is told that.
            answer = new(sequence, null, BalanceErrors.GivenUp);
        }
        catch (Exception fault)
        {
            HostLog.RequestFailed(_logger, "gRPC", GrpcDoor.BalancesPath, fault);
            answer = new(sequence, null, BalanceErrors.Fault);
        }

        group.Answer(answer);
    }

    private void WakeWriter()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) == 0)
            _written.Up();
    }

    /// <summary>Makes the message of what is answered, out of the parts of the last one, which is sent.</summary>
    private int Fill()
    {
        _message.Answers.Clear();
        var count = 0;
        for (; count < GrpcLimits.AnswersPerMessageMax && _ready.TryDequeue(out var ready); count++)
        {
            if (count == _answers.Count)
                _answers.Add(new());
            ready.CopyTo(_answers[count]);
            _message.Answers.Add(_answers[count]);
        }

        return count;
    }

    private void CountDown()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _idle.SetResult();
    }

    /// <summary>One of the two is given.</summary>
    private readonly record struct Answer(ulong Sequence, BalanceAnswer? Known, V1.BalanceError? Error)
    {
        public void CopyTo(V1.BalanceAnswer message)
        {
            message.Sequence = Sequence;
            message.Error = Error;
            message.ClearBalance();
            if (Known is null)
            {
                message.ClearAt();
                message.ClearVersion();
                return;
            }

            message.At = Known.At;
            message.Version = Known.Version;
            if (Known.Balance != 0)
                message.Balance = Known.Balance;
        }
    }

    /// <summary>The questions of one message, of which some aren't answered: they hold their places at the accounts until all are.</summary>
    private sealed class Group(BalanceStream stream, int unanswered, RateLimitLease lease)
    {
        private int _unanswered = unanswered;

        public void Answer(Answer answer)
        {
            stream._ready.Enqueue(answer);
            stream.WakeWriter();
            if (Interlocked.Decrement(ref _unanswered) != 0)
                return;
            lease.Dispose();
            stream.CountDown();
        }
    }
}
