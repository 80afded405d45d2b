using Grpc.Core;
using GpuCredit.V1;

namespace Host.Tests.Grpc;

/// <summary>What tests say over a stream of balances.</summary>
internal sealed class QuestionStream(GrpcClients clients, DateTime? deadline = null) : IDisposable
{
    private readonly AsyncDuplexStreamingCall<StreamBalancesRequest, StreamBalancesResponse> _call = clients.Accounts.StreamBalances(deadline: deadline);

    public static BalanceQuestion Question(ulong sequence, string account, long at = 1) => new() { Sequence = sequence, AccountId = account, At = at };

    public Task AskAsync(params IEnumerable<BalanceQuestion> questions) => _call.RequestStream.WriteAsync(new StreamBalancesRequest { Questions = { questions } });

    public Task CompleteAsync() => _call.RequestStream.CompleteAsync();

    /// <summary>The answers of the next message.</summary>
    public async Task<IReadOnlyList<BalanceAnswer>> NextAsync()
    {
        Assert.True(await _call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GrpcClients.Within), "the stream has ended");
        return _call.ResponseStream.Current.Answers;
    }

    /// <summary>The next so many answers, however they are grouped: no message holds more.</summary>
    public async Task<List<BalanceAnswer>> NextAsync(int count)
    {
        var answers = new List<BalanceAnswer>();
        while (answers.Count < count)
            answers.AddRange(await NextAsync());
        Assert.Equal(count, answers.Count);
        return answers;
    }

    /// <summary>Every answer until the end, and the status there.</summary>
    public async Task<(List<BalanceAnswer> Answers, RpcException? End)> RestAsync()
    {
        var answers = new List<BalanceAnswer>();
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GrpcClients.Within))
                answers.AddRange(_call.ResponseStream.Current.Answers);
            return (answers, null);
        }
        catch (RpcException end)
        {
            return (answers, end);
        }
    }

    public void Dispose() => _call.Dispose();
}
