using CreditActors.Ledger;

namespace GpuCredit.Host.Grpc;

/// <summary>What a question must say, whichever call brings it.</summary>
internal static class BalanceQuestions
{
    /// <summary>Null when nothing is wrong with it.</summary>
    /// <param name="message">It.</param>
    /// <param name="time">Says what now is, where no tick is given.</param>
    /// <param name="at">The tick asked about.</param>
    public static Refusal? Read(V1.GetBalanceRequest message, TimeProvider time, out long at)
    {
        at = 0;
        return CheckAccount(message.HasAccountId, message.AccountId) ?? ReadAt(message.HasAt, message.At, message.HasAtRfc3339, message.AtRfc3339, time, out at);
    }

    /// <inheritdoc cref="Read(V1.GetBalanceRequest, TimeProvider, out long)"/>
    public static Refusal? Read(V1.BalanceQuestion message, TimeProvider time, out long at)
    {
        at = 0;
        return CheckAccount(message.HasAccountId, message.AccountId) ?? ReadAt(message.HasAt, message.At, message.HasAtRfc3339, message.AtRfc3339, time, out at);
    }

    /// <summary>Null when it is given, and may name an account. It comes first here, as it does in a path.</summary>
    public static Refusal? CheckAccount(bool isGiven, string accountId) => isGiven ? EntryRules.CheckAccountId(accountId) : new("accountId", "must be given");

    private static Refusal? ReadAt(bool hasTicks, long ticks, bool hasText, string text, TimeProvider time, out long at)
    {
        var unread = EntryMessages.ReadTime("at", hasTicks, ticks, hasText, text, out var given);
        at = given ?? time.GetUtcNow().ToUnixTimeMilliseconds();
        return unread ?? EntryRules.CheckAt(at);
    }
}
