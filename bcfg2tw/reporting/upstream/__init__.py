"""The databases that upstream's reporting wrote, from 1.3.0 to 1.4 (:ref:`reporting-6`)."""
