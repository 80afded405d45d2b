using System.Globalization;

namespace AzureLlm;

/// <summary>
/// The trace names no customers. Row n of the chat service goes to account <c>chat-(n mod 24)</c>,
/// row n of the coding service to <c>code-(n mod 16)</c>: 40 accounts.
/// </summary>
internal static class Accounts
{
    public const int Chat = 24;

    public const int Code = 16;

    public static IEnumerable<string> All
        => Enumerable.Range(0, Chat).Select(OfChat).Concat(Enumerable.Range(0, Code).Select(OfCode));

    public static string OfChat(int row) => string.Create(CultureInfo.InvariantCulture, $"chat-{row % Chat:D2}");

    public static string OfCode(int row) => string.Create(CultureInfo.InvariantCulture, $"code-{row % Code:D2}");
}
