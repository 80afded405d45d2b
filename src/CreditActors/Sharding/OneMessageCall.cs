using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>A call of one message.</summary>
internal sealed class OneMessageCall : Call
{
    private readonly bool _mayRunHere;
    private readonly AnswerAddress _address;
    private IWireMessage? _answer;

    /// <param name="message">For an account.</param>
    /// <param name="route">How it gets there.</param>
    /// <param name="mayRunHere">Whether who calls may let the account take it in before he goes on.</param>
    public OneMessageCall(IAccountMessage message, AccountRoute route, bool mayRunHere)
    {
        _address = new(this, 0, message, route);
        _mayRunHere = mayRunHere;
    }

    /// <summary>Null when none came in time.</summary>
    public IWireMessage? Answer => Volatile.Read(ref _answer);

    public override void Answered(AnswerAddress from, IWireMessage answer)
    {
        Volatile.Write(ref _answer, answer);
        Finish();
    }

    public override void Send(long now, long waiting, int triesMax, bool mayRunHere) => _address.Send(now, waiting, triesMax, mayRunHere && _mayRunHere);

    protected override void Close() => _address.End();
}
