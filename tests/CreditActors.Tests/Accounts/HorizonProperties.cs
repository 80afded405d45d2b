using System.Collections.Immutable;
using System.Diagnostics;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Tests.Ledger;
using CsCheck;

namespace CreditActors.Tests.Accounts;

/// <summary>
/// An account with a horizon, beside a writer that stores, or fails, at random moments, a clock that goes on, and closings that are carried
/// out between everything else. The model knows the law and the rule of what is late, and closes nothing. No id is forgotten: the clock goes
/// on for less than the horizon's length.
/// </summary>
public sealed class HorizonProperties
{
    private const long Length = 20;

    private static readonly Gen<HorizonStep> Steps = Gen.Frequency(
        (6, Entries.Crowded.Array[0, 5].Select(entries => (HorizonStep)new HorizonStep.Command(entries))),
        (3, Gen.Const((HorizonStep)new HorizonStep.BeginWrite())),
        (4, Gen.Const((HorizonStep)new HorizonStep.CompleteWrite())),
        (3, Gen.Int[1, 4].Select(entries => (HorizonStep)new HorizonStep.CarryOut(entries))),
        (2, Gen.Int[1, 2].Select(ticks => (HorizonStep)new HorizonStep.Wait(ticks))),
        (1, Gen.Const((HorizonStep)new HorizonStep.GiveUp())));

    [Fact]
    public void Every_outcome_and_every_answer_from_the_horizon_on_is_that_of_an_account_that_closes_nothing() =>
        Steps.Array[1, 80].Sample(steps => new Run().Play(steps), iter: Effort.Samples(2_000), print: Print);

    private static string Print(HorizonStep[] steps) => string.Join("\n", steps.Select(step => step switch
    {
        HorizonStep.Command command => "command: " + Script.Print(command.Entries),
        _ => step.ToString(),
    }));

    internal abstract record HorizonStep
    {
        internal sealed record Command(Entry[] Entries) : HorizonStep;

        internal sealed record BeginWrite : HorizonStep;

        internal sealed record CompleteWrite : HorizonStep;

        internal sealed record CarryOut(int Entries) : HorizonStep;

        internal sealed record Wait(int Ticks) : HorizonStep;

        internal sealed record GiveUp : HorizonStep;
    }

    private sealed class Run
    {
        private readonly AccountState<int> _state = new(3, 1_000, new Journal(), Length);
        private readonly List<EntriesRecorded> _stored = [];
        private readonly List<(Entry[] Entries, OutcomeStatus[] Expected)> _commands = [];
        private List<Entry> _recorded = [];
        private EntriesRecorded? _inFlight;
        private long _now = Length;

        private List<Entry> Stored => [.. _stored.SelectMany(recorded => recorded.Entries)];

        public void Play(HorizonStep[] steps)
        {
            foreach (var step in steps)
            {
                Play(step);
                Ask();
            }

            Play(new HorizonStep.GiveUp());
            while (_state.IsClosing)
                Play(new HorizonStep.CarryOut(1_000));
            Ask();

            // Whenever it is replayed, and whatever the setting is then.
            foreach (long? length in (long?[])[null, 1, Length])
            {
                var replayed = new AccountState<int>(3, 14, new Journal(), length);
                for (var i = 0; i < _stored.Count; i++)
                    replayed.Replay(_stored[i], i + 1);
                SameBooks.Check(_state.Journal, replayed.Journal, Stored);
            }
        }

        private void Play(HorizonStep step)
        {
            switch (step)
            {
                case HorizonStep.Command command:
                    Send(command.Entries);
                    break;
                case HorizonStep.BeginWrite when !_state.IsWriting && _state.HasGathered:
                    _inFlight = _state.BeginWrite();
                    break;
                case HorizonStep.CompleteWrite when _inFlight is not null:
                    _stored.Add(_inFlight);
                    _inFlight = null;
                    foreach (var answer in _state.CompleteWrite(_stored.Count))
                        Told(answer.Caller, answer.Outcomes, mayFail: false);
                    break;
                case HorizonStep.CarryOut carry when _state.IsClosing:
                    _state.CarryOut(carry.Entries);
                    break;
                case HorizonStep.Wait wait:
                    _now = Math.Min(_now + wait.Ticks, (2 * Length) - 1);
                    break;
                case HorizonStep.GiveUp:
                    foreach (var answer in _state.GiveUp())
                        Told(answer.Caller, answer.Outcomes, mayFail: true);
                    _inFlight = null;
                    _recorded = Stored;
                    break;
                case HorizonStep.BeginWrite or HorizonStep.CompleteWrite or HorizonStep.CarryOut:
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        private void Send(Entry[] entries)
        {
            var caller = _commands.Count;
            var expected = entries.Select(entry =>
            {
                var status = HorizonModel.Decide(entry, _recorded, _now - Length, isGone: standing => IsGone(standing));
                if (status == OutcomeStatus.Recorded)
                    _recorded.Add(entry);
                return status;
            }).ToArray();
            _commands.Add((entries, expected));
            if (_state.Decide(caller, entries, _now) is { } outcomes)
                Told(caller, outcomes, mayFail: false);
        }

        /// <summary>What stands by all that is recorded is no more in the account's journal: it can't be shown.</summary>
        private bool IsGone(Entry standing) => _state.Journal.Standing(standing.Kind, standing.Id) is null && Stored.Contains(standing);

        private void Told(int caller, ImmutableArray<EntryOutcome> outcomes, bool mayFail)
        {
            var (entries, expected) = _commands[caller];
            Assert.Equal(entries.Length, outcomes.Length);
            for (var i = 0; i < entries.Length; i++)
            {
                if (mayFail && outcomes[i].Status == OutcomeStatus.Unavailable)
                    continue;
                Assert.True(expected[i] == outcomes[i].Status, $"{Script.Print([entries[i]])}: expected {expected[i]}, told {outcomes[i].Status}");
                if (outcomes[i].Status == OutcomeStatus.Recorded)
                    Assert.Contains(entries[i], Stored);
            }
        }

        private void Ask()
        {
            var stored = Stored;
            var horizon = _state.Journal.Horizon;
            Assert.True(horizon <= _now - Length, "the books are closed no further than the clock says");
            foreach (var at in Oracle.InterestingTimes(stored).Append(horizon).Where(at => at >= horizon))
                Judge.Compare(_state.Journal, stored, at, $"with the books closed before {horizon}");
        }
    }
}
