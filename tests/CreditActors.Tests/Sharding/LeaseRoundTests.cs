using Akka.Actor;
using CreditActors.Sharding;

namespace CreditActors.Tests.Sharding;

/// <summary>Who must say yes, so that no other part of a split cluster can have put this node out.</summary>
public sealed class LeaseRoundTests
{
    [Theory]
    [InlineData(1, "1", "", true)]
    [InlineData(1, "123", "", false)]
    [InlineData(1, "123", "2", true)]
    [InlineData(3, "123", "1", true)]
    [InlineData(1, "12345", "2", false)]
    [InlineData(1, "12345", "25", true)]
    [InlineData(2, "12", "", false)] // half, without the lowest: the other half may go on
    [InlineData(1, "12", "", true)] // half, with the lowest: this one goes on
    [InlineData(3, "1234", "4", false)]
    [InlineData(3, "1234", "1", true)]
    [InlineData(9, "12", "1", true)] // this node is no voter: joining, or on its last step out
    [InlineData(9, "123", "1", false)]
    [InlineData(9, "", "", false)]
    [InlineData(1, "123", "789", false)] // the word of those that aren't members counts for nothing
    public void A_majority_of_the_voters_or_half_with_the_lowest_of_them(int self, string voters, string granted, bool isMajority)
    {
        var round = new LeaseRound(1, 0, Node(self));
        foreach (var node in granted)
            round.Grant(Node(node - '0'));
        Assert.Equal(isMajority, round.IsMajority([.. voters.Select(node => Node(node - '0'))]));
    }

    private static Address Node(int number) => new("akka.tcp", "gpucredit", "127.0.0.1", 4_050 + number);
}
