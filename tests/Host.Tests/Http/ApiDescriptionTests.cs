using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CreditActors.Ledger;
using Host.Tests.Running;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Host.Tests.Http;

[Collection(SharedHost.Name)]
public sealed partial class ApiDescriptionTests(HostFixture fixture)
{
    private InProcessHost Host => fixture.Host;

    [Fact]
    public async Task Every_call_of_the_API_is_in_the_document_with_all_its_answers()
    {
        var document = await DocumentAsync();
        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        var described = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation =>
                $"{operation.Key.ToUpperInvariant()} {path.Key} {string.Join(' ', operation.Value!["responses"]!.AsObject().Select(answer => answer.Key).Order())}"))
            .Order();
        Assert.Equal(
            [
                "GET /v1/accounts/{accountId}/balance 200 400 422 503",
                "POST /v1/accounts/{accountId}/credits 200 201 400 409 413 415 422 503",
                "POST /v1/accounts/{accountId}/usages 200 201 400 409 413 415 422 503",
                "POST /v1/entries 200 400 413 415 503",
                "POST /v1/events 200 201 400 409 413 415 422 503",
            ],
            described);

        var served = Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText!).Where(route => route.StartsWith("/v1", StringComparison.Ordinal)).Order();
        Assert.Equal(document["paths"]!.AsObject().Select(path => path.Key).Order(), served);
    }

    [Fact]
    public async Task What_is_sent_is_described_with_the_ledgers_limits()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;
        Assert.Equal(["creditId", "amount", "timestamp", "expiration"], schemas["Credit"]!["required"]!.AsArray().Select(name => (string?)name));
        Assert.False((bool)schemas["Credit"]!["additionalProperties"]!);
        Assert.Equal(Limits.AmountMax, (long)schemas["Credit"]!["properties"]!["amount"]!["maximum"]!);
        Assert.Equal(Limits.PriorityDefault, (int)schemas["Credit"]!["properties"]!["priority"]!["default"]!);
        Assert.Equal(Limits.RevisionMax, (long)schemas["Usage"]!["properties"]!["revision"]!["maximum"]!);
        Assert.Equal(Limits.IdCharsMax, (int)schemas["Id"]!["maxLength"]!);
        Assert.Equal(
            ["recorded", "duplicate", "superseded", "conflict", "rejected", "late", "unavailable"],
            schemas["EntryAnswer"]!["properties"]!["status"]!["enum"]!.AsArray().Select(name => (string?)name));
    }

    [Fact]
    public async Task Bodies_parameters_and_problems_are_described()
    {
        var document = await DocumentAsync();
        var entries = document["paths"]!["/v1/entries"]!["post"]!;
        Assert.Equal(["application/json", "application/x-ndjson"], entries["requestBody"]!["content"]!.AsObject().Select(body => body.Key));
        Assert.NotNull(entries["responses"]!["503"]!["headers"]!["Retry-After"]);
        var balance = document["paths"]!["/v1/accounts/{accountId}/balance"]!["get"]!;
        Assert.Equal(["accountId path", "at query"], balance["parameters"]!.AsArray().Select(parameter => $"{parameter!["name"]} {parameter["in"]}"));
        Assert.NotNull(balance["responses"]!["400"]!["content"]!["application/problem+json"]!["schema"]!["$ref"]);
    }

    [Fact]
    public async Task Every_reference_in_the_document_leads_somewhere()
    {
        var document = await DocumentAsync();
        var references = Reference().Matches(document.ToJsonString()).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(references.Count >= 8);
        Assert.All(references, name => Assert.NotNull(document["components"]!["schemas"]![name]));
    }

    [Fact]
    public async Task The_page_to_try_it_fetches_nothing_from_elsewhere()
    {
        using var response = await Host.Client.GetAsync("/scalar");
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        var page = await response.Content.ReadAsStringAsync();
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", page);
        var script = Script().Match(page).Groups[1].Value;
        var served = await Host.Client.GetAsync(new Uri(new Uri(Host.Client.BaseAddress!, "/scalar/"), script));
        Assert.True(served.IsSuccessStatusCode, script);
    }

    private async Task<JsonNode> DocumentAsync() => (await Host.GetJsonAsync("/openapi/v1.json")).Body;

    [GeneratedRegex("\"\\$ref\":\"#/components/schemas/(\\w+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<script[^>]*src=\"([^\"]+)\"")]
    private static partial Regex Script();
}
