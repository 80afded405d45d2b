namespace LoadDriver.Settings;

/// <summary>What the command line asks for, with its rules kept: <see cref="LoadCommand"/> checks them.</summary>
internal sealed record LoadOptions
{
    /// <summary>Entries of the sample that are kept in memory; each takes some 50 bytes.</summary>
    public const int KeptMax = 2_000_000;

    public Uri Url { get; init; } = new("http://127.0.0.1:8080");

    public Uri GrpcUrl { get; init; } = new("http://127.0.0.1:8081");

    public Transport Transport { get; init; }

    /// <summary>Callers of a closed loop. Without a meaning when there is a <see cref="Rate"/>.</summary>
    public int Clients { get; init; } = 16;

    /// <summary>Entries and questions that are due each second (open loop); null for a closed loop.</summary>
    public double? Rate { get; init; }

    /// <summary>Requests that an open loop may have under way.</summary>
    public int InFlight { get; init; } = 1_000;

    public double Seconds { get; init; } = 10;

    /// <summary>Entries and questions after which the run ends, if its seconds aren't over before.</summary>
    public long Count { get; init; } = long.MaxValue;

    public int Accounts { get; init; } = 1_000;

    /// <summary>The share of entries and questions that are account 0's.</summary>
    public double Hot { get; init; } = 0.1;

    /// <summary>Questions, of entries and questions.</summary>
    public double Asks { get; init; } = 0.2;

    /// <summary>Credits, of new entries, beside the one that opens each account.</summary>
    public double Credits { get; init; } = 0.02;

    /// <summary>The share of new entries that are stamped earlier than the latest usage that their account was sent.</summary>
    public double Late { get; init; } = 0.1;

    /// <summary>By how much, at most, in ticks.</summary>
    public long LateBy { get; init; } = 10_000;

    /// <summary>The share of entries that were sent before, by the same id.</summary>
    public double Repeat { get; init; } = 0.05;

    public int Batch { get; init; } = 1;

    public ulong Seed { get; init; } = 1;

    /// <summary>Accounts whose balances are judged at the end, the hot one among them; 0 for none.</summary>
    public int Check { get; init; } = 100;

    /// <summary>What every account's id begins with.</summary>
    public string Prefix { get; init; } = "load-";

    /// <summary>The tick of the first entry.</summary>
    public long Start { get; init; }

    /// <summary>How long a request is sent again before it is given up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The result goes to bench/results/load-NAME.md too.</summary>
    public string? Write { get; init; }

    /// <summary>
    /// Ticks of event time from one step to the next: what the rate makes of a tick of a millisecond, so that an entry's time is when it is
    /// due; in a closed loop, which has no rate, 1.
    /// </summary>
    public double TicksEachStep => Rate is { } rate ? 1_000 / rate : 1;

    public bool IsOverGrpc => Transport is Transport.Grpc or Transport.Stream;

    public Uri Address => IsOverGrpc ? GrpcUrl : Url;

    public string AccountId(int account) => FormattableString.Invariant($"{Prefix}{account}");
}
