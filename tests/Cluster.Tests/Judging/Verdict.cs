using System.Globalization;
using Cluster.Tests.Driving;

namespace Cluster.Tests.Judging;

/// <summary>What one run showed.</summary>
internal sealed record Verdict(
    string Run,
    int Seed,
    int Acknowledged,
    int Lost,
    int Double,
    IReadOnlyList<string> Wrong,
    Outage LongestUnavailable,
    TimeSpan Slowest,
    int Requests,
    int Retried,
    int Failed,
    string Remark)
{
    public const string TableHead =
        "| run | seed | acknowledged | lost | double | wrong answers | longest unavailable, s | slowest answer, s | requests | retried | failed after 5 s | |\n"
        + "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Run} (seed {Seed}): acknowledged {Acknowledged}, lost {Lost}, double {Double}, wrong {Wrong.Count}, longest unavailable {LongestUnavailable.Length.TotalSeconds:F1} s ({LongestUnavailable}), slowest answer {Slowest.TotalSeconds:F1} s, requests {Requests}, retried {Retried}, failed after 5 s {Failed}{(Remark.Length == 0 ? "" : "; ")}{Remark}");

    public string ToRow() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Run} | {Seed} | {Acknowledged} | {Lost} | {Double} | {Wrong.Count} | {LongestUnavailable.Length.TotalSeconds:F1} | {Slowest.TotalSeconds:F1} | {Requests} | {Retried} | {Failed} | {Remark} |");
}
