using Akka.Actor;
using Akka.TestKit.Xunit2;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Serialization;
using CreditActors.Sharding;

namespace CreditActors.Tests.Sharding;

public sealed class EntryChunksTests : TestKit
{
    private const int FrameBytesMax = 256_000;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(128)]
    public void A_chunk_of_the_largest_entries_and_any_answer_to_it_fit_a_frame(int idChars)
    {
        var entries = Enumerable.Range(0, 10_000)
            .Select(i => new AccountEntry("account", i % 2 == 0 ? Largest(idChars) : new Usage(new string('~', idChars), Limits.AmountMax, -Limits.TicksMax, Limits.RevisionMax)))
            .ToList();
        var count = EntryChunks.Length(entries, [.. Enumerable.Range(0, entries.Count)], 0);
        Assert.InRange(count, 700, 4_096);
        var chunk = entries.Take(count).Select(entry => entry.Entry).ToList();
        var serializer = new ProtobufSerializer((ExtendedActorSystem)Sys);

        Assert.InRange(serializer.ToBinary(new RecordEntries(new string('~', 128), [.. chunk])).Length, 1, FrameBytesMax - 1_000);
        Assert.InRange(serializer.ToBinary(new EntriesOutcome(new string('~', 128), [.. chunk.Select(Conflict)])).Length, 1, FrameBytesMax - 1_000);
        Assert.InRange(serializer.ToBinary(new EntriesOutcome(new string('~', 128), [.. chunk.Select(RejectedIfCredit)])).Length, 1, FrameBytesMax - 1_000);
    }

    [Fact]
    public void Chunks_go_on_to_the_end()
    {
        var entries = Enumerable.Range(0, 5_000).Select(i => new AccountEntry("account", new Usage($"u{i}", 1, 1))).ToList();
        var done = 0;
        while (done < entries.Count)
        {
            var length = EntryChunks.Length(entries, [.. Enumerable.Range(0, entries.Count)], done);
            Assert.InRange(length, 1, entries.Count - done);
            done += length;
        }
    }

    private static Credit Largest(int idChars) =>
        new(new string('~', idChars), Limits.AmountMax, -Limits.TicksMax, Limits.ExpirationMax, Limits.PriorityMax, Limits.RevisionMax);

    private static EntryOutcome Conflict(Entry standing) => new(OutcomeStatus.Conflict, long.MaxValue, Standing: standing);

    private static EntryOutcome RejectedIfCredit(Entry entry) => entry.Kind == EntryKind.Credit
        ? EntryOutcome.Rejected(EntryRules.StandingCreditsExceeded, long.MaxValue)
        : Conflict(entry);
}
