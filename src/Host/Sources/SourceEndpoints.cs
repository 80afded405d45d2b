using GpuCredit.Host.Http;
using GpuCredit.Host.Operations;

namespace GpuCredit.Host.Sources;

/// <summary><c>/ops/sources</c>: how this node's sources are, and having one wait.</summary>
internal static class SourceEndpoints
{
    public static void MapSources(this IEndpointRouteBuilder routes)
    {
        var sources = routes.MapGroup($"{OpsDoor.OpsPrefix}/sources").ExcludeFromDescription();
        sources.MapGet("", (SourceSet all) => JsonAnswer.Of(new SourcesAnswer([.. all.All.Select(source => source.Describe())]), ApiJson.Plain.SourcesAnswer));
        sources.MapGet("/{name}", (SourceSet all, string name) => Change(all, name, _ => { }));
        sources.MapPost("/{name}/pause", (SourceSet all, string name) => Change(all, name, source => source.Pause()));
        sources.MapPost("/{name}/resume", (SourceSet all, string name) => Change(all, name, source => source.Resume()));
    }

    private static IResult Change(SourceSet all, string name, Action<Source> change)
    {
        if (all.Find(name) is not { } source)
            return Problems.NoSource(name, all.All.Select(one => one.Name));
        change(source);
        return JsonAnswer.Of(source.Describe(), ApiJson.Plain.SourceAnswer);
    }
}
