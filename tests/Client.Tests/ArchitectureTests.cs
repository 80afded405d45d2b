using GpuCredit.Client;
using NetArchTest.Rules;

namespace Client.Tests;

/// <summary>The client stands alone.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void The_client_knows_no_actor_no_ledger_and_no_host()
    {
        var result = Types.InAssembly(typeof(EntryBuffer).Assembly).ShouldNot().HaveDependencyOnAny("Akka", "CreditActors", "GpuCredit.Host").GetResult();
        Assert.True(result.IsSuccessful, "These look where they should not: " + string.Join(", ", result.FailingTypeNames ?? []));
    }

    [Fact]
    public void The_package_brings_no_assembly_of_the_ledger_the_host_or_of_akka() =>
        Assert.DoesNotContain(
            typeof(EntryBuffer).Assembly.GetReferencedAssemblies(),
            assembly => assembly.Name!.StartsWith("Akka", StringComparison.Ordinal) || assembly.Name is "CreditActors" or "GpuCredit.Host");

    [Fact]
    public void What_the_server_speaks_is_no_part_of_the_public_surface() =>
        Assert.DoesNotContain(typeof(EntryBuffer).Assembly.GetExportedTypes(), type => type.Namespace != "GpuCredit.Client");
}
