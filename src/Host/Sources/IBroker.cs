namespace GpuCredit.Host.Sources;

/// <summary>One kind of message broker, with the settings of one source.</summary>
internal interface IBroker
{
    /// <summary>Connects, and finds (or, where the settings say so, makes) what is read from and where dead letters go.</summary>
    /// <exception cref="BrokerRefusedException">The broker answers, and what is asked for isn't there or isn't allowed.</exception>
    Task<IFeed> OpenAsync(CancellationToken cancellation);
}
