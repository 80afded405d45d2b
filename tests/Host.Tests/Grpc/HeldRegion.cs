using System.Collections.Immutable;
using Akka.Actor;
using Akka.Hosting;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Host.Tests.Grpc;

/// <summary>
/// Stands where the accounts' shard region stands: it holds every command until the test says what becomes of it. Questions are answered at
/// once, so that the Host becomes ready, until the test has those held as well.
/// </summary>
internal sealed class HeldRegion : IRequiredActor<AccountRegion>
{
    private readonly Lock _gate = new();
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance); // what isn't answered is sent again
    private readonly List<(IAccountMessage Command, IActorRef Sender)> _held = [];
    private readonly Lazy<IActorRef> _actor;
    private bool _answersAtOnce;
    private int _entries;

    public HeldRegion(IServiceProvider services) =>
        _actor = new(() => services.GetRequiredService<ActorSystem>().ActorOf(Props.Create(() => new Holder(this))));

    public IActorRef ActorRef => _actor.Value;

    /// <summary>Entries that have come in all, however often they were sent.</summary>
    public int Entries
    {
        get
        {
            lock (_gate)
                return _entries;
        }
    }

    /// <summary>Whether questions are held as commands are.</summary>
    public bool HoldsQuestions { get; set; }

    /// <summary>The commands that are held, as "account: id id"; and questions, as "account: at 7".</summary>
    public string[] Held
    {
        get
        {
            lock (_gate)
                return [.. _held.Select(held => $"{held.Command.AccountId}: {Shown(held.Command)}")];
        }
    }

    public Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) => Task.FromResult(ActorRef);

    public Task HoldsAsync(params string[] commands) =>
        Eventually.TrueAsync(() => Task.FromResult(Held.Order().SequenceEqual(commands.Order())), GrpcClients.Within, $"the region holds {string.Join(", ", commands)}");

    /// <summary>Records what is held for an account, and answers questions about it.</summary>
    public void Answer(string accountId)
    {
        lock (_gate)
        {
            foreach (var held in _held.FindAll(held => held.Command.AccountId == accountId))
                Record(held.Command, held.Sender);
            _held.RemoveAll(held => held.Command.AccountId == accountId);
        }
    }

    /// <summary>Records everything that is held, and from now on everything at once.</summary>
    public void AnswerAll()
    {
        lock (_gate)
        {
            _answersAtOnce = true;
            foreach (var (command, sender) in _held)
                Record(command, sender);
            _held.Clear();
        }
    }

    /// <summary>Answers what is held with something that is no answer.</summary>
    public void AnswerNonsense() => Answer((object)"nonsense");

    /// <summary>Answers the questions that are held as an account does that can't.</summary>
    public void AnswerUnavailable() => Answer(new AccountUnavailable("any"));

    /// <summary>Lets the asking of what is held fail so.</summary>
    public void Fail(Exception fault) => Answer(new Status.Failure(fault));

    private void Answer(object reply)
    {
        lock (_gate)
            _held.ForEach(held => held.Sender.Tell(reply));
    }

    private static ImmutableArray<Entry> EntriesOf(IAccountMessage command) => command switch
    {
        AddCredit add => [add.Credit],
        UseCredit use => [use.Usage],
        RecordEntries record => record.Entries,
        GetBalance => [],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Shown(IAccountMessage command) =>
        command is GetBalance question ? $"at {question.At}" : string.Join(' ', EntriesOf(command).Select(entry => entry.Id));

    private static void Record(IAccountMessage command, IActorRef sender) => sender.Tell(command is GetBalance question
        ? new BalanceAnswer(question.AccountId, question.At, 0, 0)
        : new EntriesOutcome(command.AccountId, [.. EntriesOf(command).Select(_ => new EntryOutcome(OutcomeStatus.Recorded, 1))]));

    private void Take(IAccountMessage command, IActorRef sender)
    {
        if (command is GetBalance && !HoldsQuestions)
        {
            Record(command, sender);
            return;
        }

        lock (_gate)
        {
            if (_seen.Add(command))
            {
                _entries += EntriesOf(command).Length;
                if (!_answersAtOnce)
                    _held.Add((command, sender));
            }

            if (_answersAtOnce)
                Record(command, sender);
        }
    }

    private sealed class Holder : ReceiveActor
    {
        public Holder(HeldRegion region) => Receive<IAccountMessage>(command => region.Take(command, Sender));
    }
}
