namespace GpuCredit.Host.Hosting;

/// <summary>
/// The start is refused for a reason that the operator can mend: a wrong setting, a folder that can't be written, a
/// port that is taken. The message is one sentence that names what to change; it's all that the operator is shown.
/// </summary>
/// <remarks>Anything else that goes wrong at the start is a fault of ours, and keeps its stack trace.</remarks>
internal sealed class StartRefusedException : Exception
{
    public StartRefusedException(string sentence)
        : base(sentence)
    {
    }

    public StartRefusedException(string sentence, Exception cause)
        : base(sentence, cause)
    {
    }
}
