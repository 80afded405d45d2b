using System.Reflection;
using Confluent.Kafka;

namespace Sources.Tests.Kafka;

/// <summary>A real consumer of which one method fails, whatever the client's own does. Its proxy is made at run time, and must be able to derive from it.</summary>
public class FaultyConsumer : DispatchProxy
{
    private IConsumer<byte[]?, byte[]?> _real = null!;
    private string _faulty = "";
    private Exception _fault = null!;

    public static IConsumer<byte[]?, byte[]?> Around(IConsumer<byte[]?, byte[]?> real, string faulty, Exception fault)
    {
        var consumer = Create<IConsumer<byte[]?, byte[]?>, FaultyConsumer>();
        var proxy = (FaultyConsumer)(object)consumer;
        (proxy._real, proxy._faulty, proxy._fault) = (real, faulty, fault);
        return consumer;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == _faulty ? throw _fault : targetMethod.Invoke(_real, BindingFlags.DoNotWrapExceptions, null, args, null);
}
