// Says in words that a passkey was not used; the page around it works without.
(function () {
  document.addEventListener('allauth.error', function (event) {
    const problem = document.getElementById('passkey-problem')
    if (problem) {
      event.preventDefault()
      problem.hidden = false
    }
  })
})()
