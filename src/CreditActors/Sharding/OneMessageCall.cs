using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>A call of one message.</summary>
internal sealed class OneMessageCall : Call
{
    private readonly AnswerAddress _address;
    private IWireMessage? _answer;

    public OneMessageCall(IAccountMessage message, AccountRoute route) => _address = new(this, 0, message, route);

    /// <summary>Null when none came in time.</summary>
    public IWireMessage? Answer => Volatile.Read(ref _answer);

    public override void Answered(AnswerAddress from, IWireMessage answer)
    {
        Volatile.Write(ref _answer, answer);
        Finish();
    }

    public override void Send(long now, long waiting, int triesMax) => _address.Send(now, waiting, triesMax);

    protected override void Close() => _address.End();
}
