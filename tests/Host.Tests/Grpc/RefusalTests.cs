using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using GpuCredit.V1;
using Host.Tests.Running;

namespace Host.Tests.Grpc;

/// <summary>What one door refuses the other refuses, with the same code, field and sentence.</summary>
[Collection(SharedHost.Name)]
public sealed class RefusalTests(HostFixture fixture) : IDisposable
{
    private static int _accounts;
    private readonly GrpcClients _clients = new(fixture.Host);

    public void Dispose() => _clients.Dispose();

    /// <summary>What of a right entry is changed (name=value; a text in a timestamp is RFC 3339) or left out (name).</summary>
    public static TheoryData<string> Bad =>
    [
        "credit: amount", "credit: timestamp", "credit: expiration", "usage: amount", "usage: timestamp",
        "credit: creditId=", "credit: creditId=a b", "credit: creditId=é", $"credit: creditId={new string('x', 129)}", "usage: usageId=a\tb",
        "credit: accountId=a b", "usage: accountId=", $"usage: accountId={new string('x', 129)}",
        "credit: amount=0", "credit: amount=-1", "credit: amount=9007199254740992", "credit: amount=-9223372036854775808", "usage: amount=0", "usage: amount=-5",
        "credit: timestamp=9007199254740992", "credit: timestamp=-9007199254740992", "usage: timestamp=9223372036854775807",
        "credit: expiration=-1", "credit: expiration=9007199254740992", "credit: expiration=9007199254740991",
        "credit: priority=-1", "credit: priority=101", "credit: priority=2147483647",
        "credit: revision=-1", "credit: revision=-2147483648", "usage: revision=-1",
        "credit: timestamp=2026-01-31", "credit: timestamp=2026-02-30T12:00:00Z", "credit: timestamp=2026-01-31T12:00:60Z",
        "credit: timestamp=2026-01-31T12:00:00.0001Z", "usage: timestamp=2026-01-31T12:00:00", "usage: timestamp=",
        "credit: conflict", "usage: conflict",
    ];

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_entry_is_refused_by_both_doors_with_the_same_code_field_and_sentence(string change)
    {
        var fields = await FieldsAsync(change);
        var message = MessageOf(fields);

        // Of many: in a batch, and in a stream.
        var byHttp = (await fixture.Host.PostJsonAsync("/v1/entries", $"[{fields.ToJsonString()}]")).Body[0]!;
        var byGrpc = (await _clients.Entries.RecordEntriesAsync(new RecordEntriesRequest { Entries = { message } })).Outcomes[0];
        Assert.Equal(Shown(byHttp), Shown(byGrpc));
        using (var stream = _clients.Entries.StreamEntries())
        {
            await stream.RequestStream.WriteAsync(GrpcClients.Message(1, message));
            Assert.Equal(byGrpc, (await GrpcClients.NextAsync(stream)).Outcomes[0]);
        }

        // By itself.
        var refused = await RefusedAsync(message);
        var (status, problem) = await PostAsync(fields);
        Assert.Equal(status == 409 ? StatusCode.AlreadyExists : StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal(status == 409 ? 409 : 400, status);
        Assert.Equal(Shown(problem), Shown(refused));
        CheckDetails(refused, byGrpc);
    }

    [Theory]
    [InlineData("credit: accountId", "accountId must be given")]
    [InlineData("usage: accountId", "accountId must be given")]
    [InlineData("credit: creditId", "creditId must be given")]
    [InlineData("usage: usageId", "usageId must be given")]
    [InlineData("credit: accountId=.", "accountId must not be \".\" or \"..\"")]
    [InlineData("credit: accountId=..", "accountId must not be \".\" or \"..\"")]
    public async Task What_a_path_or_the_shape_of_the_JSON_says_over_HTTP_is_a_field_here(string change, string sentence)
    {
        var refused = await RefusedAsync(MessageOf(await FieldsAsync(change)));
        Assert.Equal((StatusCode.InvalidArgument, sentence), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task An_entry_that_is_neither_credit_nor_usage_and_a_time_given_twice_are_refused()
    {
        var byHttp = (await fixture.Host.PostJsonAsync("/v1/entries", """[{"accountId":"a","amount":1,"timestamp":1}]""")).Body[0]!;
        var twice = new Credit { CreditId = "c", Amount = 1, Timestamp = 1, TimestampRfc3339 = "2026-01-31T12:00:00Z", Expiration = 1 };
        var outcomes = (await _clients.Entries.RecordEntriesAsync(new RecordEntriesRequest { Entries = { new Entry { AccountId = "a" }, new Entry { AccountId = "a", Credit = twice } } })).Outcomes;
        Assert.Equal(Shown(byHttp), Shown(outcomes[0]));
        Assert.Equal("timestamp must be given once", outcomes[1].Error.Detail);
    }

    [Theory]
    [InlineData("a b", "at=1")]
    [InlineData("a", "at=9007199254740992")]
    [InlineData("a", "at=-9223372036854775808")]
    [InlineData("a", "at=2026-01-31T12:00:60Z")]
    [InlineData("a", "at=")]
    public async Task A_bad_question_is_refused_by_both_doors_with_the_same_code_field_and_sentence(string account, string query)
    {
        var request = new GetBalanceRequest { AccountId = account };
        if (long.TryParse(query["at=".Length..], out var at))
            request.At = at;
        else
            request.AtRfc3339 = query["at=".Length..];
        var (status, problem) = await fixture.Host.GetJsonAsync($"/v1/accounts/{Uri.EscapeDataString(account)}/balance?{query}");
        var refused = await Assert.ThrowsAsync<RpcException>(() => _clients.Accounts.GetBalanceAsync(request).ResponseAsync);
        Assert.Equal((400, StatusCode.InvalidArgument), (status, refused.StatusCode));
        Assert.Equal(Shown(problem), Shown(refused));
    }

    private async Task<RpcException> RefusedAsync(Entry message) => await Assert.ThrowsAsync<RpcException>(async () =>
    {
        if (message.EntryCase == Entry.EntryOneofCase.Usage)
        {
            var request = new UseCreditRequest { Usage = message.Usage };
            if (message.HasAccountId)
                request.AccountId = message.AccountId;
            await _clients.Accounts.UseCreditAsync(request);
        }
        else
        {
            var request = new AddCreditRequest { Credit = message.Credit };
            if (message.HasAccountId)
                request.AccountId = message.AccountId;
            await _clients.Accounts.AddCreditAsync(request);
        }
    });

    private Task<(int Status, JsonNode Body)> PostAsync(JsonObject fields)
    {
        var body = (JsonObject)fields.DeepClone();
        body.Remove("accountId");
        return fixture.Host.PostJsonAsync($"/v1/accounts/{Uri.EscapeDataString((string)fields["accountId"]!)}/{(fields.ContainsKey("usageId") ? "usages" : "credits")}", body.ToJsonString());
    }

    /// <summary>The fields of an entry that is right but for the change.</summary>
    private async Task<JsonObject> FieldsAsync(string change)
    {
        var kind = change.Split(": ")[0];
        var (name, value) = change[(kind.Length + 2)..].Split('=', 2) is [var left, var right] ? (left, right) : (change[(kind.Length + 2)..], null);
        var fields = new JsonObject { ["accountId"] = $"grpc-refused-{Interlocked.Increment(ref _accounts)}", [$"{kind}Id"] = "x", ["amount"] = 5L, ["timestamp"] = 1L };
        if (kind == "credit")
            fields["expiration"] = 10L;
        if (name == "conflict")
        {
            Assert.Equal(201, (await PostAsync(fields)).Status);
            fields["amount"] = 6L;
        }
        else if (value is null)
        {
            Assert.True(fields.Remove(name));
        }
        else
        {
            fields[name] = !name.EndsWith("Id", StringComparison.Ordinal) && long.TryParse(value, out var number) ? JsonValue.Create(number) : JsonValue.Create(value);
        }

        return fields;
    }

    /// <summary>The same fields as a message, by way of Protobuf's own JSON.</summary>
    private static Entry MessageOf(JsonObject fields)
    {
        var isUsage = fields.ContainsKey("usageId") || !(fields.ContainsKey("creditId") || fields.ContainsKey("expiration"));
        var inner = (JsonObject)fields.DeepClone();
        inner.Remove("accountId");
        if (inner["timestamp"] is JsonValue time && time.TryGetValue<string>(out var text) && inner.Remove("timestamp"))
            inner["timestampRfc3339"] = text;
        foreach (var (name, value) in inner.ToList())
        {
            if (value!.AsValue().TryGetValue<long>(out var number) && name is not ("priority" or "revision"))
                inner[name] = number.ToString(CultureInfo.InvariantCulture);
        }

        var outer = new JsonObject { [isUsage ? "usage" : "credit"] = inner };
        if (fields.TryGetPropertyValue("accountId", out var account))
            outer["accountId"] = (string?)account;
        return JsonParser.Default.Parse<Entry>(outer.ToJsonString());
    }

    private static string Shown(JsonNode outcome)
    {
        var error = outcome["error"] ?? outcome;
        return $"{error["code"]}|{error["field"]}|{error["detail"]}|{outcome["version"]}|{(outcome["standing"] is { } standing ? MessageOf((JsonObject)standing) : "")}";
    }

    private static string Shown(Outcome outcome)
    {
        var error = outcome.Error;
        var standing = outcome.StandingCase switch
        {
            Outcome.StandingOneofCase.StandingCredit => new Entry { Credit = outcome.StandingCredit },
            Outcome.StandingOneofCase.StandingUsage => new Entry { Usage = outcome.StandingUsage },
            _ => null,
        };
        return $"{error.Code}|{(error.HasField ? error.Field : "")}|{error.Detail}|{(outcome.HasVersion ? outcome.Version : "")}|{standing}";
    }

    private static string Shown(RpcException refused)
    {
        var outcome = RichOf(refused).Details.Where(detail => detail.Is(Outcome.Descriptor)).Select(detail => detail.Unpack<Outcome>()).SingleOrDefault();
        if (outcome is not null)
            Assert.Equal((GrpcClients.CodeOf(refused), refused.Status.Detail), (outcome.Error.Code, outcome.Error.Detail));
        return outcome is not null ? Shown(outcome) : $"{GrpcClients.CodeOf(refused)}|{refused.Trailers.GetValue("gpucredit-field")}|{refused.Status.Detail}||";
    }

    private static void CheckDetails(RpcException refused, Outcome outcome)
    {
        var rich = RichOf(refused);
        Assert.Equal(((int)refused.StatusCode, refused.Status.Detail), (rich.Code, rich.Message));
        Assert.Equal(outcome, rich.Details.Single(detail => detail.Is(Outcome.Descriptor)).Unpack<Outcome>());
        Assert.Equal(outcome.Error.HasField ? outcome.Error.Field : null, refused.Trailers.GetValue("gpucredit-field"));
        if (outcome.Error.HasField)
        {
            var violation = rich.Details.Single(detail => detail.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations.Single();
            Assert.Equal((outcome.Error.Field, outcome.Error.Detail), (violation.Field, $"{violation.Field} {violation.Description}"));
        }
    }

    private static Google.Rpc.Status RichOf(RpcException refused) => Google.Rpc.Status.Parser.ParseFrom(refused.Trailers.GetValueBytes("grpc-status-details-bin"));
}
