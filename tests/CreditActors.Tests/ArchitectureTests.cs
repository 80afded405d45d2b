using CreditActors.Ledger;
using NetArchTest.Rules;

namespace CreditActors.Tests;

/// <summary>The arrows between the rooms point one way: Ledger ← Protocol ← Accounts ← Sharding; Serialization sees Protocol and Ledger.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "CreditActors.";

    private static readonly string[] Rooms = ["Ledger", "Protocol", "Accounts", "Sharding", "Serialization"];

    public static TheoryData<string, string[]> Arrows => new()
    {
        { "Ledger", [] },
        { "Protocol", ["Ledger"] },
        { "Serialization", ["Ledger", "Protocol"] },
        { "Accounts", ["Ledger", "Protocol"] },
        { "Sharding", ["Ledger", "Protocol", "Accounts", "Serialization"] },
    };

    [Theory]
    [MemberData(nameof(Arrows))]
    public void A_room_sees_only_the_rooms_before_it(string room, string[] seen) =>
        Holds(Types.InAssembly(typeof(Journal).Assembly).That().ResideInNamespace(Root + room)
            .ShouldNot().HaveDependencyOnAny([.. Rooms.Except([.. seen, room]).Select(other => Root + other)]));

    [Fact]
    public void Every_room_is_in_the_arrows() =>
        Assert.Equal(
            Rooms.Order(),
            typeof(Journal).Assembly.GetTypes()
                .Select(type => type.Namespace)
                .Where(space => space?.StartsWith(Root, StringComparison.Ordinal) == true)
                .Select(space => space![Root.Length..].Split('.')[0])
                .Distinct()
                .Order());

    [Fact]
    public void The_ledger_knows_no_actor_no_clock_no_task_and_no_input_or_output() =>
        Holds(Types.InAssembly(typeof(Journal).Assembly).That().ResideInNamespace(Root + "Ledger")
            .ShouldNot().HaveDependencyOnAny(
                "Akka", "Google", "Microsoft", "System.DateTime", "System.DateTimeOffset", "System.TimeProvider", "System.Diagnostics.Stopwatch",
                "System.Threading", "System.IO.File", "System.IO.Stream", "System.Net", "System.Random", "System.Guid"));

    [Fact]
    public void The_protocol_knows_no_actor_and_no_bytes() =>
        Holds(Types.InAssembly(typeof(Journal).Assembly).That().ResideInNamespace(Root + "Protocol")
            .ShouldNot().HaveDependencyOnAny("Akka", "Google", "Microsoft"));

    [Fact]
    public void The_decisions_of_an_account_know_no_actor() =>
        Holds(Types.InAssembly(typeof(Journal).Assembly).That().ResideInNamespace(Root + "Accounts")
            .And().HaveNameMatching("^(AccountState|Batch|Waiting|Decided|Answer|Segments?|SnapshotCut)")
            .ShouldNot().HaveDependencyOnAny("Akka", "Google", "Microsoft", "System.Threading"));

    private static void Holds(ConditionList rule)
    {
        var result = rule.GetResult();
        Assert.True(result.IsSuccessful, "These look where they should not: " + string.Join(", ", result.FailingTypeNames ?? []));
    }
}
