using System.Collections.Immutable;
using System.Diagnostics;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Tests.Ledger;
using CsCheck;

namespace CreditActors.Tests.Accounts;

/// <summary>
/// An account beside a writer that stores, or fails, at random moments. The model decides one entry after another, with no
/// idea of writes: every outcome is the model's, or "unavailable"; and nobody is told anything that isn't on disk.
/// </summary>
public sealed class AccountStateProperties
{
    private static readonly Gen<AccountStep> Steps = Gen.Frequency(
        (6, Entries.Crowded.Array[0, 5].Select(entries => (AccountStep)new AccountStep.Command(entries))),
        (3, Gen.Const((AccountStep)new AccountStep.BeginWrite())),
        (3, Gen.Const((AccountStep)new AccountStep.CompleteWrite())),
        (1, Gen.Const((AccountStep)new AccountStep.GiveUp())));

    private static readonly Gen<AccountStep> StepsNearTheLimit = Gen.Frequency(
        (6, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2], (id, revision, amount) => (Entry)new Credit($"c{id}", amount switch
        {
            0 when revision > 0 => 0,
            1 => Limits.AmountMax,
            _ => Limits.AmountMax / 2,
        }, 0, 9, Revision: revision)).Array[0, 3].Select(entries => (AccountStep)new AccountStep.Command(entries))),
        (3, Gen.Const((AccountStep)new AccountStep.BeginWrite())),
        (3, Gen.Const((AccountStep)new AccountStep.CompleteWrite())),
        (1, Gen.Const((AccountStep)new AccountStep.GiveUp())));

    [Fact]
    public void Every_outcome_is_that_of_entries_sent_one_after_another_and_rests_on_what_is_stored() =>
        Steps.Array[1, 60].Sample(steps => new Run(eventEntriesMax: 3, waitingEntriesMax: 14).Play(steps), iter: Effort.Samples(2_000), print: Print);

    /// <summary>1,023 credits of the greatest amount stand already: one more fits, two don't.</summary>
    [Fact]
    public void The_limit_on_standing_credits_counts_what_is_being_written() =>
        StepsNearTheLimit.Array[1, 30].Sample(
            steps => new Run(eventEntriesMax: 2, waitingEntriesMax: 100, standing: 1_023).Play(steps), iter: Effort.Samples(60), print: Print);

    /// <summary>Room for the ids of a few entries: what is being written counts, and what fails gives its room back.</summary>
    [Fact]
    public void The_room_for_ids_counts_what_is_being_written() =>
        Steps.Array[1, 60].Sample(
            steps => new Run(eventEntriesMax: 3, waitingEntriesMax: 100, idBytesMax: 6).Play(steps), iter: Effort.Samples(1_000), print: Print);

    private static string Print(AccountStep[] steps) => string.Join("\n", steps.Select(step => step switch
    {
        AccountStep.Command command => "command: " + Script.Print(command.Entries),
        _ => step.GetType().Name,
    }));

    internal abstract record AccountStep
    {
        internal sealed record Command(Entry[] Entries) : AccountStep;

        internal sealed record BeginWrite : AccountStep;

        internal sealed record CompleteWrite : AccountStep;

        internal sealed record GiveUp : AccountStep;
    }

    private sealed class Run
    {
        private readonly AccountState<int> _state;
        private readonly List<EntriesRecorded> _stored = [];
        private readonly List<(Entry[] Entries, OutcomeStatus[] Expected)> _commands = [];
        private readonly HashSet<int> _waiting = [];
        private readonly int _waitingEntriesMax;
        private readonly int _eventEntriesMax;
        private readonly long _idBytesMax;
        private WriteModel _model;
        private EntriesRecorded? _inFlight;

        public Run(int eventEntriesMax, int waitingEntriesMax, int standing = 0, long idBytesMax = long.MaxValue)
        {
            (_eventEntriesMax, _waitingEntriesMax, _idBytesMax) = (eventEntriesMax, waitingEntriesMax, idBytesMax);
            _state = new(eventEntriesMax, waitingEntriesMax, new Journal(idBytesMax));
            _model = new(idBytesMax);
            if (standing == 0)
                return;
            _stored.Add(new([.. Enumerable.Range(0, standing).Select(i => new Credit($"standing{i}", Limits.AmountMax, 100, 0))]));
            _state.Replay(_stored[0], 1);
            _model = ModelOfStored();
        }

        public void Play(AccountStep[] steps)
        {
            foreach (var step in steps)
                Play(step);
            while (_state.IsWriting || _state.HasGathered)
                Play(_state.IsWriting ? new AccountStep.CompleteWrite() : new AccountStep.BeginWrite());
            Assert.Empty(_waiting);

            var replayed = new AccountState<int>(3, 14, new Journal());
            for (var i = 0; i < _stored.Count; i++)
                replayed.Replay(_stored[i], i + 1);
            Assert.Equal(_state.Version, replayed.Version);
            Judge.SameJournal(_state.Journal, replayed.Journal, [.. _stored.SelectMany(recorded => recorded.Entries)]);
        }

        private void Play(AccountStep step)
        {
            switch (step)
            {
                case AccountStep.Command command:
                    Send(command.Entries);
                    break;
                case AccountStep.BeginWrite when !_state.IsWriting && _state.HasGathered:
                    _inFlight = _state.BeginWrite();
                    Assert.InRange(_inFlight.Entries.Length, 1, _eventEntriesMax);
                    break;
                case AccountStep.CompleteWrite when _inFlight is not null:
                    _stored.Add(_inFlight);
                    _inFlight = null;
                    foreach (var answer in _state.CompleteWrite(_stored.Count))
                        Told(answer.Caller, answer.Outcomes, mayFail: false);
                    break;
                case AccountStep.GiveUp:
                    foreach (var answer in _state.GiveUp())
                        Told(answer.Caller, answer.Outcomes, mayFail: true);
                    Assert.Empty(_waiting);
                    _inFlight = null;
                    _model = ModelOfStored();
                    break;
                case AccountStep.BeginWrite or AccountStep.CompleteWrite:
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        private void Send(Entry[] entries)
        {
            var caller = _commands.Count;
            if (entries.Length > _waitingEntriesMax - _waiting.Sum(waiting => _commands[waiting].Entries.Length))
            {
                Assert.All(_state.Decide(caller, entries)!.Value, outcome => Assert.Equal(EntryOutcome.Unavailable, outcome));
                return;
            }

            _commands.Add((entries, [.. entries.Select(entry =>
            {
                var expected = _model.Decide(entry);
                if (expected == OutcomeStatus.Recorded)
                    _model.Record(entry);
                return expected;
            })]));
            _waiting.Add(caller);
            if (_state.Decide(caller, entries) is { } outcomes)
                Told(caller, outcomes, mayFail: false);
        }

        private void Told(int caller, ImmutableArray<EntryOutcome> outcomes, bool mayFail)
        {
            Assert.True(_waiting.Remove(caller), "each caller is told once");
            var (entries, expected) = _commands[caller];
            Assert.Equal(entries.Length, outcomes.Length);
            var stored = ModelOfStored();
            var before = 0L;
            for (var i = 0; i < entries.Length; i++)
            {
                var outcome = outcomes[i];
                if (mayFail && outcome.Status == OutcomeStatus.Unavailable)
                    continue;
                Assert.Equal(expected[i], outcome.Status);
                Assert.InRange(outcome.Version, before, _stored.Count);
                before = outcome.Version;
                if (outcome.Status == OutcomeStatus.Rejected)
                {
                    // Room for ids only shrinks, unlike that for credits: once refused for what is stored, always.
                    if (outcome.Refusal == EntryRules.IdsExceeded(entries[i].Kind))
                        Assert.Equal(OutcomeStatus.Rejected, stored.Decide(entries[i]));
                    continue;
                }

                Assert.NotEqual(OutcomeStatus.Recorded, stored.Decide(entries[i]));
                if (outcome.Status == OutcomeStatus.Recorded)
                    Assert.Contains(entries[i], _stored.Take((int)outcome.Version).SelectMany(recorded => recorded.Entries));
                if (outcome.Status == OutcomeStatus.Conflict)
                    Assert.Contains(outcome.Standing!, _stored.SelectMany(recorded => recorded.Entries));
            }
        }

        private WriteModel ModelOfStored()
        {
            var model = new WriteModel(_idBytesMax);
            foreach (var entry in _stored.SelectMany(recorded => recorded.Entries))
                model.Record(entry);
            return model;
        }
    }
}
