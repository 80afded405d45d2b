using System.Globalization;
using System.Text.Json.Nodes;
using CreditActors.Ledger;
using GpuCredit.Host.Formats;
using Microsoft.OpenApi;

namespace GpuCredit.Host.Http;

/// <summary>The shapes of the OpenAPI document, with the ledger's own limits.</summary>
internal static class ApiSchemas
{
    public const string Id = "Id";
    public const string Ticks = "Ticks";
    public const string Credit = "Credit";
    public const string Usage = "Usage";
    public const string Entry = "Entry";
    public const string CreditData = "CreditData";
    public const string UsageData = "UsageData";
    public const string CloudEvent = "CloudEvent";
    public const string WriteAnswer = "WriteAnswer";
    public const string Balance = "Balance";
    public const string EntryAnswer = "EntryAnswer";
    public const string StandingEntry = "StandingEntry";
    public const string Problem = "Problem";

    private static readonly string[] ErrorNames = Names(isError: true);

    public static Dictionary<string, IOpenApiSchema> All(OpenApiDocument document)
    {
        var id = new OpenApiSchemaReference(Id, document);
        var ticks = new OpenApiSchemaReference(Ticks, document);
        var standing = new OpenApiSchemaReference(StandingEntry, document);
        (string, IOpenApiSchema) amount = ("amount", Whole(0, Limits.AmountMax, "Credits of the smallest unit; 0, which voids the entry, only in a revision of 1 or more."));
        (string, IOpenApiSchema) revision = ("revision", Whole(0, Limits.RevisionMax, "The number of this edition; the highest stands.", 0));
        (string, IOpenApiSchema)[] credit =
        [
            ("creditId", id), amount, ("timestamp", ticks),
            ("expiration", Whole(0, Limits.ExpirationMax, "A length in ticks: the credit is active from timestamp to timestamp + expiration, both included.")),
            ("priority", Whole(0, Limits.PriorityMax, "The lower burns first.", Limits.PriorityDefault)), revision,
        ];
        (string, IOpenApiSchema)[] usage = [("usageId", id), amount, ("timestamp", ticks), revision];
        string[] creditRequired = ["creditId", "amount", "timestamp", "expiration"];
        string[] usageRequired = ["usageId", "amount", "timestamp"];

        return new()
        {
            [Id] = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Limits.IdCharsMax, Pattern = "^[!-~]+$", Description = "Printable ASCII without space, case-sensitive." },
            [Ticks] = new OpenApiSchema
            {
                Description = "Whole ticks (a Unix millisecond where the wall clock is met), or an RFC 3339 time with its offset.",
                OneOf = [Whole(-Limits.TicksMax, Limits.TicksMax, null), new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" }],
            },
            [Credit] = Strict(creditRequired, credit),
            [Usage] = Strict(usageRequired, usage),
            [Entry] = new OpenApiSchema
            {
                OneOf =
                [
                    Strict(["accountId", .. creditRequired], [("accountId", id), .. credit]),
                    Strict(["accountId", .. usageRequired], [("accountId", id), .. usage]),
                ],
            },
            [CreditData] = Strict(["amount", "expiration"], [("accountId", id), .. credit]),
            [UsageData] = Strict(["amount"], [("accountId", id), .. usage]),
            [CloudEvent] = Event(document),
            [WriteAnswer] = Object(["status", "version"], ("status", OneOfNames(Names(isError: false))), ("version", Version())),
            [Balance] = Object(
                ["accountId", "at", "balance", "version"],
                ("accountId", id),
                ("at", Whole(-Limits.TicksMax, Limits.TicksMax, "The tick answered for.")),
                ("balance", new OpenApiSchema { Type = JsonSchemaType.Integer | JsonSchemaType.Null, Format = "int64", Minimum = "1", Description = "null when nothing remains." }),
                ("version", Version())),
            [EntryAnswer] = Object(
                ["status"],
                ("status", OneOfNames([.. Names(isError: false), .. ErrorNames])),
                ("version", Version()),
                ("error", Object(["code", "detail"], ("code", OneOfNames(ErrorNames)), ("field", Text("The field at fault.")), ("detail", Text("For people.")))),
                ("standing", standing)),
            [StandingEntry] = new OpenApiSchema { Description = "The edition that stands.", OneOf = [Object([.. creditRequired, "priority", "revision"], credit), Object([.. usageRequired, "revision"], usage)] },
            [Problem] = Object(
                ["type", "title", "status", "detail", "code"],
                ("type", Text("A URI that names the kind of problem.")),
                ("title", Text("The kind of problem, for people.")),
                ("status", Whole(400, 599, null)),
                ("detail", Text("This problem, for people: for a rejection the field and the rule.")),
                ("code", OneOfNames([.. ErrorNames, .. Problems.OtherCodes])),
                ("field", Text("The field at fault, of a rejection.")),
                ("version", Version()),
                ("standing", standing)),
        };
    }

    private static OpenApiSchema Event(OpenApiDocument document) => Object(
        ["specversion", "id", "source", "type", "subject"],
        ("specversion", OneOfNames(["1.0"])),
        ("id", Text("The creditId or usageId, unless the data have one.")),
        ("source", Text("Who sends it; not looked at.")),
        ("type", OneOfNames([EventEntry.CreditType, EventEntry.UsageType])),
        ("subject", new OpenApiSchemaReference(Id, document)),
        ("time", new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Format = "date-time", Description = "The timestamp, unless the data have one." }),
        ("datacontenttype", Text("JSON, if given.")),
        ("data", new OpenApiSchema { OneOf = [new OpenApiSchemaReference(CreditData, document), new OpenApiSchemaReference(UsageData, document)] }),
        ("data_base64", Text("The data in Base64, instead of data.")));

    private static string[] Names(bool isError) =>
        [.. Enum.GetValues<OutcomeStatus>().Select(OutcomeTable.Row).Where(row => row.IsError == isError).Select(row => row.Name)];

    private static OpenApiSchema Version() => Whole(0, null, "The account's version after it: what was known.");

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    private static OpenApiSchema OneOfNames(IEnumerable<string> names) =>
        new() { Type = JsonSchemaType.String, Enum = [.. names.Select(name => (JsonNode)JsonValue.Create(name))] };

    private static OpenApiSchema Whole(long from, long? to, string? description, int? otherwise = null) => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int64",
        Minimum = from.ToString(CultureInfo.InvariantCulture),
        Maximum = to?.ToString(CultureInfo.InvariantCulture),
        Description = description,
        Default = otherwise is { } value ? JsonValue.Create(value) : null,
    };

    /// <summary>What is sent: a field that isn't named here is refused.</summary>
    private static OpenApiSchema Strict(IEnumerable<string> required, params ReadOnlySpan<(string Name, IOpenApiSchema Schema)> properties)
    {
        var schema = Object(required, properties);
        schema.AdditionalPropertiesAllowed = false;
        return schema;
    }

    private static OpenApiSchema Object(IEnumerable<string> required, params ReadOnlySpan<(string Name, IOpenApiSchema Schema)> properties)
    {
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string>(required),
            Properties = new Dictionary<string, IOpenApiSchema>(),
        };
        foreach (var (name, property) in properties)
            schema.Properties[name] = property;
        return schema;
    }
}
