namespace GpuCredit.Host.Sources;

/// <summary>The broker answers, and refuses: a stream that isn't there, a wrong password. Somebody has to mend it; any other fault is weather.</summary>
internal sealed class BrokerRefusedException : Exception
{
    public BrokerRefusedException(string sentence)
        : base(sentence)
    {
    }

    public BrokerRefusedException(string sentence, Exception cause)
        : base(sentence, cause)
    {
    }
}
