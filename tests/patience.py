"""How long tests wait on a machine that has other things to do."""

from hypothesis import HealthCheck, settings

#: For tests over generated input: they fail for what they find, never for the time that it took.
IN_ANY_TIME = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
