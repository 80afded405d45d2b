using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LoadDriver.Settings;

/// <summary>The command line: every argument, its rule, and the sentence that is said when the rule is broken.</summary>
internal sealed class LoadCommand
{
    private const long TickMax = (1L << 53) - 1;
    private const int PrefixCharsMax = 100;
    private const int StreamBatchMax = 1_000;

    private static readonly LoadOptions Defaults = new();

    private readonly Option<Uri> _url = Address("--url", "the HTTP door", Defaults.Url);
    private readonly Option<Uri> _grpc = Address("--grpc", "the gRPC door (GpuCredit:GrpcUrl)", Defaults.GrpcUrl);
    private readonly Option<Transport> _transport = Choice("--transport", "how entries go: http (a post each), ndjson (POST /v1/entries), grpc (unary, or RecordEntries for a batch), stream (StreamEntries)");
    private readonly Option<long> _clients = Whole("--clients", "closed loop: callers, each with one request at a time", Defaults.Clients, 1, 10_000);
    private readonly Option<double> _rate = Number("--rate", "open loop: entries and asks that are due each second, whatever the ledger does", null, 0.1, 1_000_000);
    private readonly Option<long> _inFlight = Whole("--in-flight", "with --rate: requests that may be under way; further ones wait, and their time counts", Defaults.InFlight, 1, 100_000);
    private readonly Option<double> _seconds = Number("--seconds", "how long", Defaults.Seconds, 0.1, 30 * 86_400);
    private readonly Option<long> _count = Whole("--count", "ends after so many entries and asks, if not before", null, 1, TickMax);
    private readonly Option<long> _accounts = Whole("--accounts", "accounts", Defaults.Accounts, 1, 10_000_000);
    private readonly Option<double> _hot = Share("--hot", "share of entries and asks that go to one account", Defaults.Hot);
    private readonly Option<double> _asks = Share("--asks", "share of balance asks, of entries and asks; three of four ask about now", Defaults.Asks);
    private readonly Option<double> _credits = Share("--credits", "share of credits, of new entries, beside the one that opens each account", Defaults.Credits);
    private readonly Option<double> _late = Share("--late", "share of new entries stamped earlier than the latest usage their account was sent", Defaults.Late);
    private readonly Option<long> _lateBy = Whole("--late-by", "by how many ticks (ms) at most", Defaults.LateBy, 1, TickMax / 4);
    private readonly Option<double> _repeat = Share("--repeat", "share of entries that were sent before, by the same id", Defaults.Repeat);
    private readonly Option<long> _batch = Whole("--batch", "entries in a request", Defaults.Batch, 1, 10_000);
    private readonly Option<long> _seed = Whole("--seed", "what is sent follows from it, and from the other arguments", (long)Defaults.Seed, 0, TickMax);
    private readonly Option<long> _check = Whole("--check", "accounts whose balances are judged at the end, the hot one among them; 0 for none", Defaults.Check, 0, 100_000);
    private readonly Option<string> _prefix = new("--prefix")
    {
        HelpName = "TEXT",
        Description = "what every account's id begins with, so that no account of the system's users is touched; of this run's time and process unless given. One that was used before makes the check fail, unless the very same run is made again",
    };

    private readonly Option<long> _start = Whole("--start", "the tick of the first entry; now, in Unix milliseconds, unless given", null, -TickMax / 2, TickMax / 2);
    private readonly Option<double> _patience = Number("--patience", "seconds for which a request without an answer, or with 'unavailable', is sent again", Defaults.Patience.TotalSeconds, 0, 86_400);
    private readonly Option<string> _write = new("--write") { Description = "writes the result to bench/results/load-NAME.md too", HelpName = "NAME" };
    private readonly RootCommand _root;

    public LoadCommand()
    {
        _root = new RootCommand(
            "Sends entries and asks to a running GpuCredit, over HTTP or gRPC, and shows what comes of it; at the end it asks for balances and compares them with the law. "
            + "All its accounts begin with a prefix of their own (--prefix). Ctrl+C ends the run early: what is under way is finished, and the report is printed. "
            + "Exit code: 0, or 1 when a balance is wrong, an acknowledged entry is missing or the check couldn't be made, or 2 for a wrong argument.")
        {
            _url, _grpc, _transport, _clients, _rate, _inFlight, _seconds, _count, _accounts, _hot, _asks, _credits, _late, _lateBy, _repeat, _batch, _seed,
            _check, _prefix, _start, _patience, _write,
        };
        _prefix.Validators.Add(result => Require(
            result, result.GetValueOrDefault<string>() is { Length: <= PrefixCharsMax } text && text.All(letter => letter is > ' ' and <= '~'),
            $"must be at most {PrefixCharsMax} characters of printable ASCII without space"));
        _write.Validators.Add(result => Require(
            result, result.GetValueOrDefault<string>() is { Length: > 0 } name && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'),
            "must be letters, digits, - and _"));
    }

    /// <summary>Null when the program is to end with <paramref name="exitCode"/>: the help or the errors have been written.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="now">For what begins now.</param>
    /// <param name="processId">A part of the prefix, so that two drivers started in one second don't meet.</param>
    /// <param name="errors">Where a sentence goes for each rule that is broken.</param>
    /// <param name="exitCode">2 for a wrong argument.</param>
    public LoadOptions? Read(IReadOnlyList<string> arguments, DateTimeOffset now, int processId, TextWriter errors, out int exitCode)
    {
        var result = _root.Parse(arguments);
        exitCode = 0;
        if (result.Errors.Count == 0 && result.Action is not null)
        {
            // The help, or the version.
            exitCode = result.Invoke();
            return null;
        }

        // Rules of two arguments only make sense where each keeps its own.
        string[] broken = result.Errors.Count > 0 ? [.. result.Errors.Select(error => error.Message)] : [.. Together(result)];
        foreach (var sentence in broken)
            errors.WriteLine(sentence);
        if (broken.Length > 0)
        {
            errors.WriteLine("--help says what there is.");
            exitCode = 2;
            return null;
        }

        return Options(result, now, processId);
    }

    private LoadOptions Options(ParseResult result, DateTimeOffset now, int processId) => new()
    {
        Url = result.GetValue(_url)!,
        GrpcUrl = result.GetValue(_grpc)!,
        Transport = result.GetValue(_transport),
        Clients = (int)result.GetValue(_clients),
        Rate = Given(result, _rate) ? result.GetValue(_rate) : null,
        InFlight = (int)result.GetValue(_inFlight),
        Seconds = result.GetValue(_seconds),
        Count = Given(result, _count) ? result.GetValue(_count) : long.MaxValue,
        Accounts = (int)result.GetValue(_accounts),
        Hot = result.GetValue(_hot),
        Asks = result.GetValue(_asks),
        Credits = result.GetValue(_credits),
        Late = result.GetValue(_late),
        LateBy = result.GetValue(_lateBy),
        Repeat = result.GetValue(_repeat),
        Batch = (int)result.GetValue(_batch),
        Seed = (ulong)result.GetValue(_seed),
        Check = (int)result.GetValue(_check),
        Prefix = result.GetValue(_prefix) ?? string.Create(CultureInfo.InvariantCulture, $"load-{now.UtcDateTime:yyyyMMdd-HHmmss}-{processId}-"),
        Start = Given(result, _start) ? result.GetValue(_start) : now.ToUnixTimeMilliseconds(),
        Patience = TimeSpan.FromSeconds(result.GetValue(_patience)),
        Write = result.GetValue(_write),
    };

    private IEnumerable<string> Together(ParseResult result)
    {
        var (transport, batch) = (result.GetValue(_transport), result.GetValue(_batch));
        if (Given(result, _rate) && Given(result, _clients))
            yield return "--clients must not be given with --rate: callers make a closed loop, a rate an open one (see --in-flight)";
        if (Given(result, _inFlight) && !Given(result, _rate))
            yield return "--in-flight must not be given without --rate: in a closed loop as many requests are under way as there are --clients";
        if (transport == Transport.Http && batch > 1)
            yield return "--batch must be 1 with --transport http, which posts one entry at a time; ndjson, grpc and stream send several";
        if (transport == Transport.Stream && batch > StreamBatchMax)
            yield return $"--batch must be at most {StreamBatchMax} with --transport stream, which takes no more in a message";
    }

    private static bool Given(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static Option<double> Share(string name, string what, double otherwise) => Number(name, what, otherwise, 0, 1);

    private static Option<double> Number(string name, string what, double? otherwise, double low, double high) => Read<double>(
        name, what, otherwise, text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high ? number : null,
        string.Create(CultureInfo.InvariantCulture, $"must be a number from {low:#,0.##} to {high:#,0.##}"));

    private static Option<long> Whole(string name, string what, long? otherwise, long low, long high) => Read<long>(
        name, what, otherwise, text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high ? number : null,
        string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {low:N0} to {high:N0}"));

    private static Option<Transport> Choice(string name, string what) => Read<Transport>(
        name, what, Transport.Http, text => Enum.GetValues<Transport>().Where(one => one.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).Select(one => (Transport?)one).FirstOrDefault(),
        "must be http, ndjson, grpc or stream");

    /// <summary>An argument with a rule; what breaks it is said with its name, its rule and what was given.</summary>
    private static Option<T> Read<T>(string name, string what, T? otherwise, Func<string, T?> read, string rule)
        where T : struct
    {
        var option = new Option<T>(name)
        {
            Description = what,
            HelpName = "VALUE",
            CustomParser = result =>
            {
                var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
                if (read(text) is { } value)
                    return value;
                result.AddError($"{name} {rule}; it is \"{text}\"");
                return default;
            },
        };
        if (otherwise is { } value)
            option.DefaultValueFactory = _ => value;
        return option;
    }

    private static Option<Uri> Address(string name, string what, Uri otherwise) => new(name)
    {
        Description = what,
        HelpName = "URL",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
                return url;
            result.AddError($"{name} must be an absolute http or https address; it is \"{text}\"");
            return null;
        },
    };

    private static void Require(OptionResult result, bool rule, string sentence)
    {
        if (!rule)
            result.AddError($"{result.Option.Name} {sentence}");
    }
}
