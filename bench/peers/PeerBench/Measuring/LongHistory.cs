namespace PeerBench.Measuring;

/// <summary>What w4 finds out about one account with a long history, in milliseconds.</summary>
/// <param name="ColdAsk">The first question after the history is in and the peer has been restarted, where it holds accounts in memory.</param>
/// <param name="AskNow">The median of 300 questions about now.</param>
/// <param name="AskNowP99">The hundredth part of them took longer.</param>
/// <param name="LateWrite">The median of writes a tenth of the history back.</param>
/// <param name="AskAfterLate">The median of the question about now that follows each.</param>
/// <param name="AskAfterLateMax">The longest of them.</param>
/// <param name="AskPast">The median of questions about the second half of the history.</param>
/// <param name="AskPastMax">The longest of them.</param>
/// <param name="PreloadSeconds">How long it took to bring the history in.</param>
internal sealed record LongHistory(
    double ColdAsk, double AskNow, double AskNowP99, double LateWrite, double AskAfterLate, double AskAfterLateMax, double AskPast, double AskPastMax, double PreloadSeconds);
