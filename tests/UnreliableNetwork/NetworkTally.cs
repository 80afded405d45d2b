namespace UnreliableNetwork;

/// <summary>What a network did. Only for looking at: the counts of connections that end at once may miss each other.</summary>
internal sealed class NetworkTally
{
    public int Connections { get; set; }

    public int Refused { get; set; }

    public int Silent { get; set; }

    public int Cut { get; set; }

    public int Repeated { get; set; }

    public override string ToString() => $"{Connections} connections: {Refused} refused, {Silent} silent, {Cut} cut, {Repeated} repeated";
}
