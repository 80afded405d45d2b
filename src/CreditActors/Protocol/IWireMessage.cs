namespace CreditActors.Protocol;

/// <summary>Whatever is stored or may cross nodes; bound to the one serializer, so that nothing is serialized by accident.</summary>
public interface IWireMessage;
