using Client.Tests.Running;
using GpuCredit.Client;
using GpuCredit.Client.Grpc;
using Grpc.Net.Client;
using Host.Tests.Running;
using Microsoft.Extensions.Time.Testing;

namespace Client.Tests.Calls;

/// <summary>Callers that ask at once share a stream, and none of them can tell: whatever becomes of it, every question has its answer.</summary>
[Collection(SharedHost.Name)]
public sealed class AskStreamTests : IDisposable
{
    private const int Many = 50;
    private static int _accounts;
    private readonly StreamWatch _watch = new();
    private readonly FakeTimeProvider _time = new();
    private readonly HostFixture _fixture;
    private readonly GrpcChannel _channel;
    private readonly GrpcGpuCreditClient _client;
    private readonly string _account = $"shared-{Interlocked.Increment(ref _accounts)}";

    public AskStreamTests(HostFixture fixture)
    {
        _fixture = fixture;
        _channel = GrpcGpuCreditClient.CreateChannel(fixture.GrpcUrl, _watch, loggers: null);
        _client = new GrpcGpuCreditClient(_channel, new GpuCreditClientOptions { Retry = new() { RetriesMax = 0 } }, _time, ClientMetrics.Shared, ownsChannel: false);
    }

    public void Dispose()
    {
        _watch.Release();
        _client.Dispose();
        _channel.Dispose();
    }

    [Fact]
    public async Task One_that_asks_alone_has_a_call_of_its_own()
    {
        for (var at = 0; at < 3; at++)
            Assert.Equal(at, (await _client.GetBalanceAsync(_account, at)).At);
        Assert.Equal((0, 3), (_watch.Streams, _watch.Calls));
    }

    [Fact]
    public async Task Those_that_ask_at_once_share_a_stream_and_each_has_its_own_answer()
    {
        await _client.AddCreditAsync(_account, "c", 10, 10, 20);
        for (var round = 0; round < 3; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(at => _client.GetBalanceAsync(_account, at)));
            Assert.Equal(Enumerable.Range(0, Many).Select(at => ((long)at, at is >= 10 and <= 30 ? 10 : (long?)null, 1L)), answers.Select(answer => (answer.At, answer.Balance, answer.Version)));
        }

        Assert.Equal((1, 2), (_watch.Streams, _watch.Calls)); // the credit, and the first question
    }

    [Fact]
    public async Task What_is_refused_is_refused_as_by_a_call_of_its_own()
    {
        await AskManyAsync();
        foreach (var (account, at) in ((string, long?)[])[("a b", 1), ("", 1), (_account, 1L << 53), (new string('x', 129), 1), ("é", 1)])
        {
            var shared = await _client.GetBalanceAsync(account, at);
            using var other = new GrpcGpuCreditClient(_fixture.GrpcUrl);
            Assert.Equal(BalanceStatus.Rejected, shared.Status);
            var alone = await other.GetBalanceAsync(account, at);
            Assert.Equal((alone.Field, alone.Rule, alone.Detail), (shared.Field, shared.Rule, shared.Detail));
        }

        Assert.Equal((1, 3), (_watch.Streams, _watch.Calls)); // the first, and the two that no message may hold
    }

    [Theory]
    [InlineData(12, 300, 300)] // UNIMPLEMENTED: an older server
    [InlineData(14, 10, 20)] // UNAVAILABLE: too many streams
    [InlineData(2, 10, 20)]
    public async Task Where_a_stream_is_refused_every_question_goes_by_itself_for_a_while_and_then_for_a_longer_one(int status, int seconds, int nextSeconds)
    {
        _watch.Refuse = () => StubHandler.GrpcError(status, null);
        await AskManyAsync();
        await AskManyAsync();
        Assert.Equal((1, 2 * Many), (_watch.Streams, _watch.Calls));
        foreach (var (pause, streams) in new[] { (seconds, 2), (nextSeconds, 3) })
        {
            _time.Advance(TimeSpan.FromSeconds(pause - 1));
            await AskManyAsync();
            Assert.Equal(streams - 1, _watch.Streams);
            _time.Advance(TimeSpan.FromSeconds(1));
            await AskManyAsync();
            Assert.Equal(streams, _watch.Streams);
        }
    }

    [Fact]
    public async Task What_a_broken_stream_leaves_is_asked_again_and_then_there_is_another()
    {
        await AskManyAsync();
        _watch.Hold();
        var asked = AskManyAsync();
        _watch.Break();
        await asked.WaitAsync(Until.Soon);
        Assert.Equal((1, Many + 1), (_watch.Streams, _watch.Calls));
        _watch.Release();
        await AnotherStreamAsync();
    }

    [Fact]
    public async Task A_stream_that_never_answers_is_given_up_soon()
    {
        _watch.Hold();
        var asked = AskManyAsync();
        await Until.TrueAsync(() => _watch.Streams == 1, "the stream is open");
        _time.Advance(AskStream.LookAfter);
        await asked.WaitAsync(Until.Soon);
        Assert.Equal((1, Many), (_watch.Streams, _watch.Calls));
    }

    [Fact]
    public async Task A_stream_that_falls_silent_is_given_up_when_a_question_has_waited_in_vain()
    {
        await AskManyAsync();
        _watch.Hold();
        var asked = _client.GetBalanceAsync(_account, 1);
        _time.Advance(TimeSpan.FromSeconds(16));
        var fault = await Assert.ThrowsAsync<GpuCreditException>(() => asked.WaitAsync(Until.Soon));
        Assert.Contains("did not answer within", fault.Message, StringComparison.Ordinal);
        _watch.Release();
        await AnotherStreamAsync();
    }

    [Fact]
    public async Task One_caller_that_goes_away_leaves_the_others_and_the_stream()
    {
        await AskManyAsync();
        _watch.Hold();
        using var cancel = new CancellationTokenSource();
        var one = _client.GetBalanceAsync(_account, 1, cancel.Token);
        var other = _client.GetBalanceAsync(_account, 2);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WaitAsync(Until.Soon));
        _watch.Release();
        Assert.Equal(2, (await other.WaitAsync(Until.Soon)).At);
        Assert.Equal((1, 1), (_watch.Streams, _watch.Calls));
    }

    [Fact]
    public async Task A_stream_that_nobody_uses_is_closed_and_opened_again_when_it_is_needed()
    {
        await AskManyAsync();
        _time.Advance(AskStream.LookAfter);
        await AskManyAsync();
        _time.Advance(AskStream.LookAfter);
        await AskManyAsync();
        Assert.Equal((1, 0), (_watch.Streams, _watch.Ended)); // it was used between
        _time.Advance(AskStream.LookAfter);
        _time.Advance(AskStream.LookAfter);
        await Until.TrueAsync(() => _watch.Ended == 1, "the stream has ended");
        await AnotherStreamAsync();
    }

    [Fact]
    public async Task A_stream_in_use_is_opened_again_when_its_connection_has_lived_long_enough()
    {
        for (var passed = TimeSpan.Zero; passed < Connections.Lifetime; passed += AskStream.LookAfter)
        {
            await AskManyAsync();
            Assert.Equal(1, _watch.Streams);
            _time.Advance(AskStream.LookAfter);
        }

        await AnotherStreamAsync();
        Assert.Equal(1, _watch.Ended);
    }

    [Fact]
    public async Task A_client_that_is_disposed_of_leaves_no_stream_open()
    {
        await AskManyAsync();
        Assert.Equal(0, _watch.Ended);
        _client.Dispose();
        await Until.TrueAsync(() => _watch.Ended == 1, "the stream has ended");
    }

    /// <summary>When the end of the last has been noticed.</summary>
    private Task AnotherStreamAsync() => Eventually.TrueAsync(
        async () =>
        {
            await AskManyAsync();
            return _watch.Streams == 2;
        },
        Until.Soon,
        "there is another stream");

    private async Task AskManyAsync()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(at => _client.GetBalanceAsync(_account, at))).WaitAsync(Until.Soon);
        Assert.Equal(Enumerable.Range(0, Many).Select(at => (long)at), answers.Select(answer => answer.At));
    }
}
