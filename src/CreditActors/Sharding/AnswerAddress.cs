using System.Diagnostics;
using Akka.Actor;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// Where the answer to one message comes. What Akka's own Ask makes for each message, made lighter: no task, no timer, and a path only for who
/// asks for it, which is remoting, when the message leaves this node. (Akka's PromiseActorRef does that too, and isn't public.)
/// <para>The first answer counts; what comes later, as when the message was sent twice, is passed over.</para>
/// </summary>
/// <param name="call">Is told the answer.</param>
/// <param name="place">The message's place in it.</param>
/// <param name="message">What is sent, and sent again.</param>
/// <param name="route">How it gets there.</param>
internal sealed class AnswerAddress(Call call, int place, IAccountMessage message, AccountRoute route) : MinimalActorRef
{
    private ActorPath? _path;
    private int _isOver;
    private int _tries;
    private long _nextTryAt = long.MinValue;

    /// <summary>The message's place in its call.</summary>
    public int Place => place;

    public override IActorRefProvider Provider => route.Provider;

    /// <summary>Asking for it makes it one that other nodes can find.</summary>
    public override ActorPath Path
    {
        get
        {
            if (Volatile.Read(ref _path) is { } known)
                return known;
            var path = Provider.TempPath();
            Provider.RegisterTempActor(this, path);
            if (Interlocked.CompareExchange(ref _path, path, null) is { } other)
            {
                Provider.UnregisterTempActor(path);
                return other;
            }

            // Its end may have come meanwhile, and have seen no path.
            if (IsOver)
                Provider.UnregisterTempActor(path);
            return path;
        }
    }

    public bool IsOver => Volatile.Read(ref _isOver) != 0;

    /// <summary>Sends the message if it is time, and hasn't been sent as often as it may. Of several threads that come at once one does.</summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="waiting">From the first try to the second, in timestamps; every later wait is twice the last.</param>
    /// <param name="triesMax">How often it may be sent.</param>
    /// <param name="mayRunHere">Whether this thread may let the account take it in before it goes on.</param>
    public void Send(long now, long waiting, int triesMax, bool mayRunHere)
    {
        var due = Volatile.Read(ref _nextTryAt);
        if (IsOver || _tries >= triesMax || now < due || Interlocked.CompareExchange(ref _nextTryAt, now + (waiting << Math.Min(_tries, 16)), due) != due)
            return;
        route.Send(message, this, isRepeat: _tries++ > 0, mayRunHere);
    }

    /// <summary>No answer counts any more.</summary>
    /// <returns>False when that had been so before.</returns>
    public bool End()
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
            return false;
        if (Volatile.Read(ref _path) is { } path)
            Provider.UnregisterTempActor(path);
        return true;
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (!End())
            return;
        if (message is IWireMessage answer)
            call.Answered(this, answer);
        else
            call.Fail((message as Status.Failure)?.Cause ?? new UnreachableException($"{message?.GetType()} answers nothing."));
    }
}
