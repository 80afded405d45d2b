using System.Globalization;
using System.Net;
using GpuCredit.Host.Formats;
using Microsoft.OpenApi;

namespace GpuCredit.Host.Http;

/// <summary>What the OpenAPI document says of each call: its parameters, its body and every answer.</summary>
/// <remarks>Written by hand over <see cref="ApiSchemas"/>, since bodies are read strictly by hand and not from types.</remarks>
internal static class ApiDescription
{
    public const string PostCredit = "postCredit";
    public const string PostUsage = "postUsage";
    public const string GetBalance = "getBalance";
    public const string PostEntries = "postEntries";
    public const string PostEvents = "postEvents";

    private const string Unavailable = "Not known to be stored: send it again.";
    private const string Late = "Late: the entry, or the edition that stands, is before the horizon; nothing changed.";

    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
        options.AddDocumentTransformer((document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        }));

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "GpuCredit",
            Version = "v1",
            Description = "A ledger of prepaid credits. Entries may arrive late, twice and in any order; the balance is that of the sorted ones.",
        };
        document.Servers?.Clear();
        document.Components ??= new OpenApiComponents();
        document.Components.Schemas = ApiSchemas.All(document);
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations ?? []).Select(pair => pair.Value))
        {
            switch (operation.OperationId)
            {
                case PostCredit:
                    DescribePost(document, operation, "Grant a credit", ApiSchemas.Credit);
                    break;
                case PostUsage:
                    DescribePost(document, operation, "Record a usage", ApiSchemas.Usage);
                    break;
                case GetBalance:
                    DescribeBalance(document, operation);
                    break;
                case PostEntries:
                    DescribeEntries(document, operation);
                    break;
                case PostEvents:
                    DescribeEvents(document, operation);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private static void DescribePost(OpenApiDocument document, OpenApiOperation operation, string summary, string schema)
    {
        operation.Summary = summary;
        operation.Description = "Sending the same again changes nothing. The answer comes when the entry is stored durably.";
        operation.Parameters = [AccountParameter(document)];
        operation.RequestBody = Body((RequestBody.Json, Ref(document, schema)));
        operation.Responses = Answers(
            (HttpStatusCode.Created, "Recorded.", RequestBody.Json, Ref(document, ApiSchemas.WriteAnswer)),
            (HttpStatusCode.OK, "A duplicate, or superseded by a higher revision.", RequestBody.Json, Ref(document, ApiSchemas.WriteAnswer)),
            Problem(document, HttpStatusCode.BadRequest, "Rejected: the field and the rule that it breaks are named."),
            Problem(document, HttpStatusCode.Conflict, "The same revision stands with other content, which is shown; nothing changed."),
            Problem(document, HttpStatusCode.RequestEntityTooLarge, $"A body of more than {HttpLimits.EntryBytesMax} bytes."),
            Problem(document, HttpStatusCode.UnsupportedMediaType, "Not JSON in UTF-8."),
            Problem(document, HttpStatusCode.UnprocessableEntity, Late),
            Problem(document, HttpStatusCode.ServiceUnavailable, Unavailable));
        SayWhenToComeBack(operation);
    }

    private static void DescribeBalance(OpenApiDocument document, OpenApiOperation operation)
    {
        operation.Summary = "Ask the balance";
        operation.Description = "What remains of the credits active at a tick, past or future, by what is stored now.";
        operation.Parameters =
        [
            AccountParameter(document),
            new OpenApiParameter
            {
                Name = "at",
                In = ParameterLocation.Query,
                Description = "The tick asked about, or an RFC 3339 time; now, in Unix milliseconds, when left out.",
                Schema = Ref(document, ApiSchemas.Ticks),
            },
        ];
        operation.Responses = Answers(
            (HttpStatusCode.OK, "The balance; null when it is 0, also for an account that nothing has named.", RequestBody.Json, Ref(document, ApiSchemas.Balance)),
            Problem(document, HttpStatusCode.BadRequest, "Rejected: the parameter and the rule that it breaks are named."),
            Problem(document, HttpStatusCode.UnprocessableEntity, "The tick is before the account's horizon, which is named: those books are closed."),
            Problem(document, HttpStatusCode.ServiceUnavailable, "The account didn't answer in time: ask again."));
        SayWhenToComeBack(operation);
    }

    private static void DescribeEntries(OpenApiDocument document, OpenApiOperation operation)
    {
        var answers = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Ref(document, ApiSchemas.EntryAnswer) };
        operation.Summary = "Send many entries, of any accounts";
        operation.Description = "As if sent one after another in this order; each has its own outcome, in its place. A JSON array is answered with an array, lines with lines. Blank lines are nothing.";
        operation.RequestBody = Body(
            (RequestBody.Json, new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = HttpLimits.BatchEntriesMax, Items = Ref(document, ApiSchemas.Entry) }),
            (RequestBody.JsonLines, Ref(document, ApiSchemas.Entry)));
        operation.Responses = Answers(
            (HttpStatusCode.OK, "Every entry is decided.", RequestBody.Json, answers),
            (HttpStatusCode.ServiceUnavailable, "Some entries are unavailable: send all again, which is safe.", RequestBody.Json, answers),
            Problem(document, HttpStatusCode.BadRequest, "The body isn't a JSON array; nothing was done."),
            Problem(document, HttpStatusCode.RequestEntityTooLarge, $"More than {HttpLimits.BatchEntriesMax} entries, or than {HttpLimits.BatchBytesMax} bytes; nothing was done."),
            Problem(document, HttpStatusCode.UnsupportedMediaType, "Neither JSON nor NDJSON in UTF-8."));
        foreach (var status in (ReadOnlySpan<string>)["200", "503"])
            operation.Responses[status].Content![RequestBody.JsonLines] = new OpenApiMediaType { Schema = Ref(document, ApiSchemas.EntryAnswer) };
        // Too many requests at once are told so in a problem, before any entry is read.
        operation.Responses["503"].Content![ProblemAnswer.ContentType] = new OpenApiMediaType { Schema = Ref(document, ApiSchemas.Problem) };
        SayWhenToComeBack(operation);
    }

    private static void DescribeEvents(OpenApiDocument document, OpenApiOperation operation)
    {
        var answers = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Ref(document, ApiSchemas.EntryAnswer) };
        var either = new OpenApiSchema { Description = "Of one event its own outcome; of a batch an outcome for each, in order.", OneOf = [Ref(document, ApiSchemas.WriteAnswer), answers] };
        operation.Summary = "Send entries as CloudEvents 1.0, one or a batch";
        operation.Description = "The type is gpucredit.credit.v1 or gpucredit.usage.v1, the subject the account; id and time are the entry's id and timestamp unless the data say otherwise. Extension attributes are ignored. In binary mode the attributes are the headers ce-id and so on (percent-encoded), and the body is the data.";
        operation.Parameters = [.. ((ReadOnlySpan<string>)["specversion", "id", "source", "type", "subject", "time"]).ToArray().Select(BinaryModeHeader)];
        operation.RequestBody = Body(
            (CloudEventsFormat.MediaType, Ref(document, ApiSchemas.CloudEvent)),
            (CloudEventsFormat.BatchMediaType, new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = HttpLimits.BatchEntriesMax, Items = Ref(document, ApiSchemas.CloudEvent) }),
            (RequestBody.Json, new OpenApiSchema { Description = "Binary mode: the data.", OneOf = [Ref(document, ApiSchemas.CreditData), Ref(document, ApiSchemas.UsageData)] }));
        operation.Responses = Answers(
            (HttpStatusCode.Created, "One event: recorded.", RequestBody.Json, Ref(document, ApiSchemas.WriteAnswer)),
            (HttpStatusCode.OK, "One event: a duplicate, or superseded. A batch: every event is decided.", RequestBody.Json, either),
            (HttpStatusCode.ServiceUnavailable, "A batch: some events are unavailable; send all again, which is safe.", RequestBody.Json, answers),
            Problem(document, HttpStatusCode.BadRequest, "Rejected: the attribute or field, and the rule that it breaks, are named. A batch: the body isn't a JSON array; nothing was done."),
            Problem(document, HttpStatusCode.Conflict, "One event: the same revision stands with other content, which is shown; nothing changed."),
            Problem(document, HttpStatusCode.RequestEntityTooLarge, $"One event of more than {HttpLimits.EntryBytesMax} bytes; a batch of more than {HttpLimits.BatchEntriesMax} events, or than {HttpLimits.BatchBytesMax} bytes; nothing was done."),
            Problem(document, HttpStatusCode.UnsupportedMediaType, "No CloudEvent in JSON and UTF-8."),
            Problem(document, HttpStatusCode.UnprocessableEntity, $"One event: {Late}"));
        operation.Responses["503"].Content![ProblemAnswer.ContentType] = new OpenApiMediaType { Schema = Ref(document, ApiSchemas.Problem) };
        SayWhenToComeBack(operation);
    }

    private static IOpenApiParameter BinaryModeHeader(string attribute) => new OpenApiParameter
    {
        Name = EncodedHeader.Prefix + attribute,
        In = ParameterLocation.Header,
        Description = $"Binary mode: the event's {attribute}, percent-encoded.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiParameter AccountParameter(OpenApiDocument document) => new()
    {
        Name = "accountId",
        In = ParameterLocation.Path,
        Required = true,
        Description = "The account; it exists as soon as anything names it. Percent-encoded once: the account a/b is a%2Fb here. Not . or ..",
        Schema = Ref(document, ApiSchemas.Id),
    };

    private static OpenApiRequestBody Body(params ReadOnlySpan<(string MediaType, IOpenApiSchema Schema)> contents)
    {
        var body = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType>() };
        foreach (var (mediaType, schema) in contents)
            body.Content[mediaType] = new OpenApiMediaType { Schema = schema };
        return body;
    }

    private static OpenApiResponses Answers(params ReadOnlySpan<(HttpStatusCode Status, string Description, string MediaType, IOpenApiSchema Schema)> answers)
    {
        var responses = new OpenApiResponses();
        foreach (var (status, description, mediaType, schema) in answers)
        {
            responses[((int)status).ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType> { [mediaType] = new() { Schema = schema } },
            };
        }

        return responses;
    }

    private static (HttpStatusCode Status, string Description, string MediaType, IOpenApiSchema Schema) Problem(OpenApiDocument document, HttpStatusCode status, string description) =>
        (status, description, ProblemAnswer.ContentType, Ref(document, ApiSchemas.Problem));

    private static void SayWhenToComeBack(OpenApiOperation operation) =>
        ((OpenApiResponse)operation.Responses!["503"]).Headers = new Dictionary<string, IOpenApiHeader>
        {
            ["Retry-After"] = new OpenApiHeader
            {
                Description = "Seconds to wait before sending it again.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
            },
        };

    private static OpenApiSchemaReference Ref(OpenApiDocument document, string schema) => new(schema, document);
}
