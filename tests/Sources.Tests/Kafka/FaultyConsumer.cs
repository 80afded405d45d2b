using System.Reflection;
using Confluent.Kafka;

namespace Sources.Tests.Kafka;

/// <summary>A real consumer of which some methods fail, whatever the client's own do. Its proxy is made at run time, and must be able to derive from it.</summary>
public class FaultyConsumer : DispatchProxy
{
    private IConsumer<byte[]?, byte[]?> _real = null!;
    private Dictionary<string, Exception> _faults = [];

    /// <param name="real">Does what has no fault.</param>
    /// <param name="faults">By the name of the method.</param>
    public static IConsumer<byte[]?, byte[]?> Around(IConsumer<byte[]?, byte[]?> real, params (string Method, Exception Fault)[] faults)
    {
        var consumer = Create<IConsumer<byte[]?, byte[]?>, FaultyConsumer>();
        var proxy = (FaultyConsumer)(object)consumer;
        (proxy._real, proxy._faults) = (real, faults.ToDictionary(faulty => faulty.Method, faulty => faulty.Fault, StringComparer.Ordinal));
        return consumer;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var fault = _faults.GetValueOrDefault(targetMethod!.Name);
        // The test leaves nothing behind.
        if (targetMethod.Name == nameof(IDisposable.Dispose))
            _real.Dispose();
        else if (fault is null)
            return targetMethod.Invoke(_real, BindingFlags.DoNotWrapExceptions, null, args, null);
        return fault is null ? null : throw fault;
    }
}
